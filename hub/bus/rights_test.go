package bus

import (
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestRights: a right that is missing is named with the command that gives it;
// without that of reading dead letters the hub only warns.
func TestRights(t *testing.T) {
	var c Config
	const topic, group = kmsg.ACLResourceTypeTopic, kmsg.ACLResourceTypeGroup
	least := []kfake.ACL{
		{Resource: topic, Name: c.Inbound(), Operation: kmsg.ACLOperationRead}, {Resource: topic, Name: c.Inbound(), Operation: kmsg.ACLOperationWrite},
		{Resource: topic, Name: c.Inbound(), Operation: kmsg.ACLOperationDescribeConfigs},
		{Resource: topic, Name: c.Events(), Operation: kmsg.ACLOperationWrite}, {Resource: topic, Name: c.Events(), Operation: kmsg.ACLOperationDescribeConfigs},
		{Resource: topic, Name: c.Dead(), Operation: kmsg.ACLOperationWrite}, {Resource: topic, Name: c.Dead(), Operation: kmsg.ACLOperationDescribeConfigs},
		{Resource: group, Name: c.Group(), Operation: kmsg.ACLOperationRead},
		{Resource: topic, Name: c.Dead(), Operation: kmsg.ACLOperationRead}, // the last
	}
	for i := range least {
		least[i].Allow, least[i].Pattern = true, kmsg.ACLResourcePatternTypeLiteral
	}
	what := []string{
		"lacks the right READ: it can't take in", "lacks the right WRITE: it can't take anything in", "DESCRIBE_CONFIGS", "no right on it", "DESCRIBE_CONFIGS",
		"WRITE: it can't publish copies", "DESCRIBE_CONFIGS", "lacks the right READ on the group appealhub", "READ: it can't list",
	}
	for i, missing := range least {
		all := faultsWith(t, without(least, i))
		if len(all) != 1 || all[0].Warning != (i == len(least)-1) || !strings.Contains(all[0].Error(), what[i]) {
			t.Errorf("without %s of %s: found %v", missing.Operation, missing.Name, all)
			continue
		}
		if want := "kafka-acls --add --allow-principal User:hub --operation"; !strings.Contains(all[0].Remedy, want) || !strings.HasSuffix(all[0].Remedy, missing.Name) {
			t.Errorf("without %s of %s: the remedy is %s", missing.Operation, missing.Name, all[0].Remedy)
		}
	}
	if all := faultsWith(t, least); len(all) > 0 {
		t.Errorf("with all of them: found %v", all)
	}
	describing := without(least, 7)
	describing = append(describing, kfake.ACL{Resource: group, Name: c.Group(), Operation: kmsg.ACLOperationDescribe, Allow: true, Pattern: kmsg.ACLResourcePatternTypeLiteral})
	if all := faultsWith(t, describing); len(all) != 1 || !strings.Contains(all[0].What, "on the group") {
		t.Errorf("a group that may only be described: found %v", all)
	}
}

func without(all []kfake.ACL, i int) []kfake.ACL {
	return append(append([]kfake.ACL{}, all[:i]...), all[i+1:]...)
}

// faultsWith is what a hub finds that has these rights, on topics of the
// administrator's.
func faultsWith(t *testing.T, rights []kfake.ACL) []*Fault {
	t.Helper()
	_, cfg := cluster(t, kfake.EnableSASL(), kfake.EnableACLs(), kfake.Superuser("PLAIN", "admin", "a"), kfake.User("PLAIN", "hub", "h", rights...))
	admin := cfg
	admin.SASL = SASL{"PLAIN", "admin", "a"}
	if err := EnsureTopics(t.Context(), admin); err != nil {
		t.Fatal(err)
	}
	cfg.SASL = SASL{"PLAIN", "hub", "h"}
	return Check(t.Context(), cfg)
}
