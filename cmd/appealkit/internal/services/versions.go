package services

import (
	"embed"
	"strings"
)

//go:embed files
var files embed.FS

// versions is what files/versions.env pins.
type versions struct {
	PostgresPackage, JavaPackage, MavenPackage string // of Debian
	Kafka, Scala, Log4j, DependencyPlugin      string
	PostgresSettings                           []string // name=value
	BrokerJVM, ToolJVM                         []string // arguments
	VersityGW                                  string
}

func pinned() versions {
	v := parseEnv(mustFile("versions.env"))
	return versions{
		PostgresPackage: v["POSTGRES_PACKAGE"], JavaPackage: v["JAVA_PACKAGE"], MavenPackage: v["MAVEN_PACKAGE"],
		Kafka: v["KAFKA"], Scala: v["KAFKA_SCALA"], Log4j: v["LOG4J"], DependencyPlugin: v["MAVEN_DEPENDENCY_PLUGIN"],
		BrokerJVM: strings.Fields(v["KAFKA_JVM"]), ToolJVM: strings.Fields(v["KAFKA_TOOL_JVM"]),
		PostgresSettings: strings.Fields(v["POSTGRES_SETTINGS"]), VersityGW: v["VERSITYGW"],
	}
}

// parseEnv reads lines of the form NAME=value; a line that begins with # is a
// comment.
func parseEnv(text string) map[string]string {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if ok && !strings.HasPrefix(name, "#") {
			values[name] = value
		}
	}
	return values
}

// mustFile is an embedded file's text; that it exists is known when the program
// is built.
func mustFile(name string) string {
	text, err := files.ReadFile("files/" + name)
	if err != nil {
		panic(err)
	}
	return string(text)
}
