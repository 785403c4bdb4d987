package httpx_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
)

// latin1 is s as a server writes it that takes its bytes for Latin-1.
func latin1(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

func TestFilename(t *testing.T) {
	long := strings.Repeat("ж", 300)
	for header, want := range map[string]string{
		``:                                   "",
		`inline`:                             "",
		`attachment; filename=plain.pdf`:     "plain.pdf",
		`attachment; filename="a b;c.pdf"`:   "a b;c.pdf",
		`attachment; filename="a\"b\\c.pdf"`: "c.pdf",
		`ATTACHMENT; FileName = "x.pdf" ; size=1`:                                            "x.pdf",
		`attachment; filename="fallback.pdf"; filename*=UTF-8''%D0%A4%D0%BE%D1%82%D0%BE.jpg`: "Фото.jpg",
		`attachment; filename*=utf-8'ru'%D0%A4.jpg; filename="fallback.pdf"`:                 "Ф.jpg",
		`attachment; filename*=windows-1251''%D4%EE%F2%EE.jpg`:                               "Фото.jpg",
		`attachment; filename*=x-unknown''%D4%EE%F2%EE.jpg`:                                  "Фото.jpg",
		`attachment; filename*=UTF-8''%ZZ; filename="fallback.pdf"`:                          "fallback.pdf",
		`attachment; filename*=%D0%A4.jpg`:                                                   "Ф.jpg",
		`attachment; filename="=?UTF-8?B?0KTQvtGC0L4uanBn?="`:                                "Фото.jpg",
		`attachment; filename="=?windows-1251?Q?=D4=EE=F2=EE?= =?UTF-8?Q?.jpg?="`:            "Фото.jpg",
		`attachment; filename="%D0%A4%D0%BE%D1%82%D0%BE%20%281%29.jpg"`:                      "Фото (1).jpg",
		`attachment; filename="100% готово.pdf"`:                                             "100% готово.pdf",
		`attachment; filename="Фото двора.jpg"`:                                              "Фото двора.jpg",
		"attachment; filename=\"\xd4\xee\xf2\xee.jpg\"":                                      "Фото.jpg",
		`attachment; filename="` + latin1("Справка №1.docx") + `"`:                           "Справка №1.docx",
		`attachment; filename*=UTF-8''` + url.PathEscape(latin1("Справка.docx")):             "Справка.docx",
		`attachment; filename="Ð¡Ð¿Ñ€Ð°Ð²ÐºÐ°.docx"`:                                         "Справка.docx",
		`attachment; filename="Café à.pdf"`:                                                  "Café à.pdf",
		`attachment; filename="../../etc/passwd"`:                                            "passwd",
		`attachment; filename="..\..\windows\system.ini"`:                                    "system.ini",
		`attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd`:                                "passwd",
		`attachment; filename="..%2f..%2fx"`:                                                 "x",
		`attachment; filename=".."`:                                                          "",
		`attachment; filename="a/.."`:                                                        "",
		`attachment; filename="/"`:                                                           "",
		"attachment; filename=\"a\r\n\x00b\x7f\u202eexe.pdf\"":                               "abexe.pdf",
		`attachment; filename="..` + "\x00" + `/"`:                                           "",
		`attachment; filename="unclosed.pdf`:                                                 "unclosed.pdf",
		`attachment; filename="` + long + `.docx"`:                                           strings.Repeat("ж", 125) + ".docx",
		`attachment; filename="` + long + `"`:                                                strings.Repeat("ж", 127),
	} {
		got, _ := httpx.Filename(http.Header{"Content-Disposition": {header}})
		if got != want {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
}

func TestFilenameMediaType(t *testing.T) {
	for header, want := range map[string]string{
		"":                          "",
		"Image/JPEG":                "image/jpeg",
		"text/plain; charset=utf-8": "text/plain",
		"nonsense":                  "",
		"a/b; =":                    "",
	} {
		if _, got := httpx.Filename(http.Header{"Content-Type": {header}}); got != want {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
}

func FuzzFilename(f *testing.F) {
	for _, seed := range []string{
		`attachment; filename="a.pdf"; filename*=UTF-8''%D0%A4.jpg`, `; =?; filename=`, "filename=\"\xd4\xee", `filename="=?koi8-r?B?8Q==?="`, `filename*=UTF-8''%00%2e%2e%2f`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		name, _ := httpx.Filename(http.Header{"Content-Disposition": {header}})
		if len(name) > 255 || !utf8.ValidString(name) || name == "." || name == ".." || strings.ContainsAny(name, `/\`) {
			t.Errorf("%q: unsafe name %q", header, name)
		}
		if strings.ContainsFunc(name, unicode.IsControl) {
			t.Errorf("%q: control character in %q", header, name)
		}
		if again := httpx.BaseName(name); again != name {
			t.Errorf("%q: %q becomes %q when it is cleaned again", header, name, again)
		}
	})
}
