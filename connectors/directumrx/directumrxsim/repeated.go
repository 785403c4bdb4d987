package directumrxsim

import "strings"

// repeatedly begins the words by which officials know a request for repeated
// consideration, in any case of letters.
const repeatedly = "повторн"

// notice has the officials see a client's change of a document's properties. One
// that is finished is considered again where IsRepeated becomes true, or a
// changed text asks for it. The caller holds the lock here and below.
func (s *Sim) notice(e *entity, changed map[string]any) {
	if e.course == nil || len(changed) == 0 {
		return
	}
	e.course.changes++
	if changed["IsRepeated"] == true && s.reopen(e) {
		e.course.expects = true
	}
	for _, value := range changed {
		words, _ := value.(string)
		s.readRequest(e, words)
	}
}

// noticeBody has them read a version that a client wrote.
func (s *Sim) noticeBody(e *entity, b *body) {
	if e.course != nil && b.kept() {
		s.readRequest(e, string(b.content))
	}
}

// asking is the last line of a text that asks for repeated consideration; empty
// where none does.
func asking(words string) string {
	last := ""
	for line := range strings.Lines(words) {
		if strings.Contains(strings.ToLower(line), repeatedly) {
			last = strings.TrimSpace(line)
		}
	}
	return last
}

// readRequest opens a finished document again, once for each request: the words
// tell requests apart, and the first that follow the mere property belong to it.
func (s *Sim) readRequest(e *entity, text string) {
	c, words := e.course, asking(text)
	if words == "" || c.asked[words] {
		return
	}
	if c.asked == nil {
		c.asked = map[string]bool{}
	}
	c.asked[words] = true
	if c.expects {
		c.expects = false
		return
	}
	s.reopen(e)
}

// reopen begins another round of a finished document; false where it is not
// finished.
func (s *Sim) reopen(e *entity) bool {
	if !e.course.finished {
		return false
	}
	s.do(e, Step{Do: Reopen}, s.now())
	s.follow(e, e.course.script.again())
	return true
}
