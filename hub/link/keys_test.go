package link_test

import (
	"crypto"
	"crypto/x509"
	"io"
	"log"
)

func marshalKey(key crypto.PrivateKey) ([]byte, error) { return x509.MarshalPKCS8PrivateKey(key) }

// quiet keeps the handshakes that fail on purpose out of the tests' output.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
