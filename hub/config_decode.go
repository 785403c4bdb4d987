package hub

import (
	"maps"
	"slices"
	"time"

	"github.com/spf13/viper"

	"github.com/appealhub/appealhub/hub/api"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/route"
	"github.com/appealhub/appealhub/sdk"
)

// document is the file's form, as viper decodes it.
type document struct {
	APIVersion    string `mapstructure:"apiversion"`
	Organisations map[string]organisationDocument
	DataDir       string `mapstructure:"data_dir"`
	Journal       string
	Bus           string
	Spool         string
	HTTP          httpDocument
	Links         map[string]linkDocument
	Routes        []route.Rule
	Drain         time.Duration
	Log           Log
	Deadlines     Deadlines
	ArchiveAfter  time.Duration `mapstructure:"archive_after"`
}

type organisationDocument struct {
	Name     string
	TimeZone string `mapstructure:"time_zone"`
	Codes    []string

	Policy        string
	DecreeDaysOff string `mapstructure:"decree_days_off"`
	Calendar      string
}

type httpDocument struct {
	Listen  string
	TLS     ServerTLS
	Tokens  map[string]string
	Rights  map[string]api.Right
	Local   string
	MaxBody string `mapstructure:"max_body"`
	MaxFile string `mapstructure:"max_file"`
}

type linkDocument struct {
	Connector    string
	Options      map[string]any
	Organisation string
	Concurrency  int
	Timeout      time.Duration
	FileTimeout  time.Duration `mapstructure:"file_timeout"`
	Rate         float64
	MaxAttempts  int `mapstructure:"max_attempts"`
}

// decode turns what was read into a Config.
func decode(tree map[string]any) (Config, error) {
	v := viper.NewWithOptions(viper.KeyDelimiter("\x00")) // options may hold dots
	// viper folds the keys in place
	if err := v.MergeConfigMap(maps.Clone(tree)); err != nil {
		return Config{}, err
	}
	var doc document
	err := v.UnmarshalExact(&doc)
	return doc.config(), err
}

func (d document) config() Config {
	cfg := Config{
		DataDir: d.DataDir, Journal: d.Journal, Bus: d.Bus, Spool: d.Spool, Routes: d.Routes, Drain: d.Drain, Log: d.Log, Deadlines: d.Deadlines, ArchiveAfter: d.ArchiveAfter,
		HTTP: HTTP{Listen: d.HTTP.Listen, TLS: d.HTTP.TLS, Tokens: d.HTTP.Tokens, Rights: d.HTTP.Rights, Local: d.HTTP.Local},
	}
	cfg.HTTP.MaxBody, _ = parseSize(d.HTTP.MaxBody) // checked when it was read
	cfg.HTTP.MaxFile, _ = parseSize(d.HTTP.MaxFile)
	for _, key := range slices.Sorted(maps.Keys(d.Organisations)) {
		o := d.Organisations[key]
		cfg.Organisations = append(cfg.Organisations, Organisation{
			Key: key, Name: o.Name, TimeZone: o.TimeZone, Codes: o.Codes, Policy: o.Policy, DecreeDaysOff: o.DecreeDaysOff == "true", Calendar: o.Calendar,
		})
	}
	for _, name := range slices.Sorted(maps.Keys(d.Links)) {
		cfg.Links = append(cfg.Links, d.Links[name].config(name))
	}
	return cfg
}

func (l linkDocument) config(name string) link.Config {
	return link.Config{
		Name: name, Connector: l.Connector, Options: sdk.Options(l.Options), Organisation: l.Organisation, Concurrency: l.Concurrency,
		Timeout: l.Timeout, FileTimeout: l.FileTimeout, Rate: l.Rate, MaxAttempts: l.MaxAttempts,
	}
}

// organisations indexes the organisations and those that links name.
func (c Config) organisations() (*organisations, error) {
	practices, nobodys, err := c.practices()
	if err != nil {
		return nil, err
	}
	var all []organisation
	for _, o := range c.Organisations {
		all = append(all, organisation{key: o.Key, name: o.Name, terms: practices[o.Key], codes: o.Codes})
	}
	byLink := map[string]string{}
	for _, l := range c.Links {
		byLink[l.Name] = l.Organisation
	}
	return newOrganisations(all, nobodys, byLink)
}
