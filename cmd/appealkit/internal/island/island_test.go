package island

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os/exec"
	"testing"
	"time"
)

// greeter says a line to whoever connects, and then returns what it is told.
func greeter(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				fmt.Fprintln(c, "hello")
				_, _ = io.Copy(c, c) // until the caller ends it
			}()
		}
	}()
	return l.Addr().String()
}

func isolated(t *testing.T) *Island {
	t.Helper()
	i, why := New()
	if why != nil {
		t.Skipf("this machine allows no network namespace: %v", why)
	}
	t.Cleanup(func() { i.Close() })
	return i
}

// TestIsland: a process there reaches what has a way, and nothing else.
func TestIsland(t *testing.T) {
	i := isolated(t)
	open, shut := greeter(t), greeter(t)
	if at, err := i.Reach(open); err != nil || at != open {
		t.Fatalf("%s, %v", at, err)
	}
	say := func(address string) error {
		host, port, _ := net.SplitHostPort(address)
		cmd := exec.Command("bash", "-c", fmt.Sprintf("exec 3<>/dev/tcp/%s/%s && read -r line <&3 && test $line = hello", host, port))
		if err := i.Start(cmd); err != nil {
			t.Fatal(err)
		}
		return cmd.Wait()
	}
	if err := say(open); err != nil {
		t.Errorf("what has a way: %v", err)
	}
	if say(shut) == nil {
		t.Error("what has no way is reached")
	}
}

// TestExpose: what listens on the island is reached outside under its own address.
func TestExpose(t *testing.T) {
	i := isolated(t)
	var l net.Listener
	var err error
	i.within(func() { l, err = net.Listen("tcp4", "127.0.0.1:0") })
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := net.DialTimeout("tcp4", l.Addr().String(), time.Second); err == nil {
		t.Fatal("the island is none")
	}
	if err := i.Expose(l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	go func() {
		if c, err := l.Accept(); err == nil {
			fmt.Fprintln(c, "hello")
			c.Close()
		}
	}()
	c, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if line, err := bufio.NewReader(c).ReadString('\n'); line != "hello\n" {
		t.Errorf("%q, %v", line, err)
	}
}

// TestCut: nothing flows over a way that is cut, no flow ends, and all of it
// arrives once the way is mended.
func TestCut(t *testing.T) {
	i := &Island{ways: map[string]*way{}}
	t.Cleanup(func() { i.Close() })
	address := greeter(t)
	at, err := i.Reach(address)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp4", at)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	in := bufio.NewReader(c)
	if line, err := in.ReadString('\n'); line != "hello\n" {
		t.Fatalf("%q, %v", line, err)
	}
	i.Cut(address)
	fmt.Fprintln(c, "one")
	if err := c.SetReadDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if line, err := in.ReadString('\n'); err == nil {
		t.Fatalf("%q came over a way that is cut", line)
	}
	late, err := net.Dial("tcp4", at)
	if err != nil {
		t.Fatal(err)
	}
	defer late.Close()
	if err := late.SetReadDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := late.Read(make([]byte, 8)); err == nil {
		t.Fatalf("%d bytes came over a way that is cut", n)
	}
	i.Mend(address)
	for _, one := range []net.Conn{c, late} {
		if err := one.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	if line, err := in.ReadString('\n'); line != "one\n" {
		t.Errorf("%q, %v", line, err)
	}
	if line, err := bufio.NewReader(late).ReadString('\n'); line != "hello\n" {
		t.Errorf("%q, %v", line, err)
	}
}
