package services

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// archiveClasses runs a broker once, on a data folder thrown away afterwards,
// so that Java writes the classes it has loaded into an archive: later starts
// map it instead of reading jars. Without the archive all works, only later.
func (s *Services) archiveClasses(ctx context.Context) error {
	home, err := s.jars()
	if err != nil {
		return err
	}
	java, err := javaProgram()
	if err != nil {
		return err
	}
	archive := home.archive(java, s.pins.BrokerJVM)
	if exists(archive) {
		return nil
	}
	s.say("preparing a quick start of Kafka, once")
	tmp, err := os.MkdirTemp(s.cfg.Cache, "classes-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := s.rehearse(ctx, tmp); err != nil {
		s.say("no archive of Kafka's classes, its starts take longer: %v", err)
		return nil
	}
	return os.Rename(filepath.Join(tmp, "classes.jsa"), archive)
}

// rehearse runs a broker in the folder until it is ready, and ends it.
func (s *Services) rehearse(ctx context.Context, dir string) error {
	alone, err := Open(Config{Dir: dir, Cache: s.cfg.Cache, Brokers: 1, Only: []string{Kafka}, Getenv: func(string) string { return "" }})
	if err != nil {
		return err
	}
	broker := alone.Broker(1)
	if err := alone.enter(alone.brokers); err != nil {
		return err
	}
	rec, err := broker.record()
	if err != nil {
		return err
	}
	if err := alone.kafka.prepare(ctx, rec); err != nil {
		return err
	}
	l, err := alone.kafka.launch(rec)
	if err != nil {
		return err
	}
	l.args = append([]string{"-XX:ArchiveClassesAtExit=" + filepath.Join(dir, "classes.jsa")}, l.args...)
	if rec.Process, err = l.detach(rec.Log, alone.path(broker.name, "pid")); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, s.cfg.within())
	defer cancel()
	readyErr := broker.await(limited, rec)
	killed, err := rec.Process.end(ctx, syscall.SIGTERM, time.Minute) // writing takes some seconds
	if readyErr != nil {
		return readyErr
	}
	if err == nil && killed {
		err = fmt.Errorf("writing took more than a minute")
	}
	return err
}
