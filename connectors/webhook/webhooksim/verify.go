package webhooksim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// tolerance is how far a message's time may be from the receiver's.
const tolerance = 5 * time.Minute

func readKeys(secrets []string) ([][]byte, error) {
	keys := make([][]byte, len(secrets))
	for i, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil || len(key) == 0 {
			return nil, fmt.Errorf("secrets/%d: want whsec_ and base64", i)
		}
		keys[i] = key
	}
	return keys, nil
}

// verify returns the status with which a message is refused, and why; 0 where
// it is authentic.
func verify(keys [][]byte, h http.Header, body []byte, now time.Time) (status int, why string) {
	id, sent, signatures := h.Get("webhook-id"), h.Get("webhook-timestamp"), h.Get("webhook-signature")
	if id == "" || sent == "" || signatures == "" {
		return http.StatusBadRequest, "webhook-id, webhook-timestamp or webhook-signature is missing"
	}
	seconds, err := strconv.ParseInt(sent, 10, 64)
	if err != nil {
		return http.StatusBadRequest, "webhook-timestamp is no number of seconds"
	}
	if away := now.Sub(time.Unix(seconds, 0)).Abs(); away > tolerance {
		return http.StatusUnauthorized, "webhook-timestamp is too far from the receiver's clock"
	}
	for _, one := range strings.Fields(signatures) {
		version, encoded, _ := strings.Cut(one, ",")
		got, err := base64.StdEncoding.DecodeString(encoded)
		if version == "v1" && err == nil && anySigned(keys, got, []byte(id+"."+sent+"."), body) {
			return 0, ""
		}
	}
	return http.StatusUnauthorized, "no signature is right"
}

// anySigned reports whether one of the keys gives the signature of the parts.
func anySigned(keys [][]byte, signature []byte, parts ...[]byte) bool {
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		for _, part := range parts {
			mac.Write(part)
		}
		if hmac.Equal(mac.Sum(nil), signature) {
			return true
		}
	}
	return false
}
