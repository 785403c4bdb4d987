package services

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/template"
)

// kafkaHome is the folder of Kafka's jars, shared by all brokers.
type kafkaHome string

func (h kafkaHome) lib() string       { return filepath.Join(string(h), "lib") }
func (h kafkaHome) classPath() string { return filepath.Join(string(h), "classpath") }
func (h kafkaHome) logging() string   { return filepath.Join(string(h), "log4j2.xml") }

// archive is the file of classes for a Java and its settings.
func (h kafkaHome) archive(java string, jvm []string) string {
	real, err := filepath.EvalSymlinks(java)
	if err != nil {
		real = java
	}
	key := sha256.New()
	fmt.Fprintln(key, real, jvm)
	if info, err := os.Stat(real); err == nil { // another build of Java refuses the archive
		fmt.Fprintln(key, info.Size(), info.ModTime().UnixNano())
	}
	return filepath.Join(string(h), "classes-"+hex.EncodeToString(key.Sum(nil)[:6])+".jsa")
}

func (s *Services) kafkaHome() kafkaHome {
	return kafkaHome(filepath.Join(s.cfg.Cache, fmt.Sprintf("kafka_%s-%s-log4j-%s", s.pins.Scala, s.pins.Kafka, s.pins.Log4j)))
}

// jars finds what install has fetched.
func (s *Services) jars() (kafkaHome, error) {
	home := s.kafkaHome()
	if !exists(home.classPath()) {
		return home, fmt.Errorf("kafka's jars are not in %s: run services up", home)
	}
	return home, nil
}

func javaProgram() (string, error) {
	if home := os.Getenv("JAVA_HOME"); home != "" {
		if java := filepath.Join(home, "bin", "java"); exists(java) {
			return java, nil
		}
	}
	return exec.LookPath("java")
}

// fetchJars fetches Kafka's jars into a folder of their own, whole or not at
// all.
func (s *Services) fetchJars(ctx context.Context) error {
	home := s.kafkaHome()
	s.say("fetching Kafka %s into %s", s.pins.Kafka, home)
	if err := os.MkdirAll(s.cfg.Cache, 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(s.cfg.Cache, "kafka-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := s.mavenCopy(ctx, tmp); err != nil {
		return fmt.Errorf("fetch Kafka's jars: %w", err)
	}
	if err := os.WriteFile(kafkaHome(tmp).logging(), []byte(mustFile("log4j2.xml")), 0o644); err != nil {
		return err
	}
	if err := writeClassPath(kafkaHome(tmp), home); err != nil {
		return err
	}
	if err := os.Rename(tmp, string(home)); err != nil && !exists(home.classPath()) {
		return err // not where another program was quicker
	}
	return nil
}

func (s *Services) mavenCopy(ctx context.Context, dir string) error {
	pom := filepath.Join(dir, "pom.xml")
	f, err := os.Create(pom)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := template.Must(template.New("pom").Parse(mustFile("pom.xml"))).Execute(f, s.pins); err != nil {
		return err
	}
	goal := "org.apache.maven.plugins:maven-dependency-plugin:" + s.pins.DependencyPlugin + ":copy-dependencies"
	return launch{program: "mvn", dir: dir, args: []string{
		"-B", "-q", "-f", pom, goal, "-DoutputDirectory=" + kafkaHome(dir).lib(), "-DincludeScope=runtime",
	}}.once(ctx)
}

// writeClassPath lists the jars in tmp as they will lie in home, in a file that
// java reads with @: the archive of classes holds for this order only.
func writeClassPath(tmp, home kafkaHome) error {
	jars, err := filepath.Glob(filepath.Join(tmp.lib(), "*.jar"))
	if err != nil || len(jars) == 0 {
		return fmt.Errorf("maven brought no jars: %w", err)
	}
	for i, jar := range jars { // Glob sorts them
		jars[i] = filepath.Join(home.lib(), filepath.Base(jar))
	}
	line := fmt.Sprintf("-cp %q\n", strings.Join(jars, ":"))
	return os.WriteFile(tmp.classPath(), []byte(line), 0o644)
}
