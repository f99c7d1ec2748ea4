package network

import (
	"cmp"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"
)

// tlsSettings holds the TLS options.
type tlsSettings struct {
	config     *tls.Config
	pool       *x509.CertPool
	added      []*x509.Certificate
	client     []tls.Certificate
	minVersion uint16
	serverName string
	insecure   bool
}

func (b *tlsSettings) asked() bool {
	return b.config != nil || b.pool != nil || len(b.added) > 0 || len(b.client) > 0 ||
		b.minVersion != 0 || b.serverName != "" || b.insecure
}

// buildTLS applies the options to the configuration of WithTLSConfig, or else to the
// transport's own.
func (c *config) buildTLS() {
	b, t := &c.tls, c.transport
	if !b.asked() {
		return
	}
	if t.DialTLSContext != nil || t.DialTLS != nil {
		c.fault("TLS settings would have no effect on a transport with its own DialTLSContext or DialTLS: remove that")
		return
	}
	cfg := cmp.Or(b.config, t.TLSClientConfig)
	if cfg == nil {
		cfg = new(tls.Config)
	}
	if b.insecure {
		cfg.InsecureSkipVerify = true
	} else if b.config != nil && cfg.InsecureSkipVerify && cfg.VerifyConnection == nil && cfg.VerifyPeerCertificate == nil {
		c.fault("TLS configuration has InsecureSkipVerify and no verification of its own: " +
			"clear it, or add WithInsecureSkipTLSVerify if this is intended")
	}
	if cfg.GetClientCertificate != nil && len(b.client) > 0 {
		c.fault("GetClientCertificate of the TLS configuration would override the client certificate: remove one of them")
	}
	cfg.Certificates = append(slices.Clip(cfg.Certificates), b.client...)
	cfg.ServerName = cmp.Or(b.serverName, cfg.ServerName)
	c.setVersions(cfg)
	if err := b.setRoots(cfg); err != nil {
		c.fault("root certificates: %w", err)
	}
	if cfg.ClientSessionCache != nil {
		// A session with other roots or another identity must not be resumed.
		cfg.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	}
	t.TLSClientConfig = cfg
}

// setVersions sets the minimum version and checks it against the maximum.
func (c *config) setVersions(cfg *tls.Config) {
	least := cmp.Or(c.tls.minVersion, cfg.MinVersion)
	byDefault := ""
	if least == 0 {
		least, byDefault = tls.VersionTLS12, " (the default)"
	}
	if cfg.MinVersion = least; cfg.MaxVersion != 0 && cfg.MaxVersion < least {
		c.fault("minimum version %s%s is above maximum version %s of the TLS configuration: raise its MaxVersion",
			tls.VersionName(least), byDefault, tls.VersionName(cfg.MaxVersion))
	}
}

// setRoots sets the pool, and adds the certificates from files to a copy of it.
func (b *tlsSettings) setRoots(cfg *tls.Config) error {
	if b.pool != nil {
		cfg.RootCAs = b.pool
	}
	if len(b.added) == 0 {
		return nil
	}
	if cfg.RootCAs != nil {
		cfg.RootCAs = cfg.RootCAs.Clone()
	} else {
		system, err := x509.SystemCertPool()
		if err != nil {
			return err
		}
		cfg.RootCAs = system
	}
	for _, cert := range b.added {
		cfg.RootCAs.AddCert(cert)
	}
	return nil
}

// WithRootCAFile also trusts the certificates in PEM files, in addition to the root
// certificates of [WithRootCAs], [WithTLSConfig] or the cloned transport, or else of the
// system. The files are read when the transport is built. It is an error if a file
// cannot be read, has no certificate, or has an invalid one.
func WithRootCAFile(paths ...string) Option {
	return func(c *config) {
		if len(paths) == 0 {
			c.fault("root certificates: no file given")
		}
		for _, path := range paths {
			certs, err := readCerts(path)
			if err != nil {
				c.fault("root certificates: %w", err)
			}
			c.tls.added = append(c.tls.added, certs...)
		}
	}
}

func readCerts(path string) ([]*x509.Certificate, error) {
	rest, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var certs []*x509.Certificate
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		certs = append(certs, cert)
	}
	if len(certs) == 0 {
		return nil, fmt.Errorf("no PEM certificate in %s", path)
	}
	return certs, nil
}

// WithRootCAs trusts only the certificates in pool, instead of the system's. The pool
// must not be empty, and must not be modified afterwards.
func WithRootCAs(pool *x509.CertPool) Option {
	return func(c *config) {
		if pool == nil || pool.Equal(x509.NewCertPool()) {
			c.fault("root certificates: the pool is empty")
			return
		}
		c.tls.pool = pool
	}
}

// WithClientCertificateFile presents a certificate to servers that ask for one. The PEM
// file cert holds the certificate and its chain, and the PEM file key holds its private
// key. The files are read when the transport is built. If the option is given several
// times, all certificates are offered.
func WithClientCertificateFile(cert, key string) Option {
	return func(c *config) {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			c.fault("client certificate: %w", err)
			return
		}
		c.tls.client = append(c.tls.client, pair)
	}
}

// WithClientCertificate is [WithClientCertificateFile] for a certificate in memory. Its
// key may be any [crypto.Signer], such as one in a hardware module.
func WithClientCertificate(cert tls.Certificate) Option {
	return func(c *config) {
		if err := checkPair(cert); err != nil {
			c.fault("client certificate: %w", err)
			return
		}
		c.tls.client = append(c.tls.client, cert)
	}
}

// checkPair returns an error unless the certificate and its key belong together.
func checkPair(cert tls.Certificate) error {
	if len(cert.Certificate) == 0 {
		return errors.New("the chain is empty")
	}
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		return err
	}
	key, ok := cert.PrivateKey.(crypto.Signer)
	if !ok {
		return fmt.Errorf("private key of type %T cannot sign", cert.PrivateKey)
	}
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(leaf.PublicKey) {
		return errors.New("private key does not belong to the certificate")
	}
	return nil
}

// WithMinTLSVersion sets the minimum TLS version: [tls.VersionTLS12], which is the
// default, or [tls.VersionTLS13].
func WithMinTLSVersion(version uint16) Option {
	return func(c *config) {
		if version != tls.VersionTLS12 && version != tls.VersionTLS13 {
			c.fault("minimum version %s is neither TLS 1.2 nor TLS 1.3", tls.VersionName(version))
			return
		}
		c.tls.minVersion = version
	}
}

// WithServerName verifies certificates for name, and sends name as SNI, instead of the
// host of the request. It applies to every host and would apply to an https proxy too,
// so it cannot be combined with one. The name must not be empty.
func WithServerName(name string) Option {
	return func(c *config) {
		if err := checkHost(name); err != nil {
			c.fault("server name %w", err)
			return
		}
		c.tls.serverName = name
	}
}

// WithTLSConfig uses a copy of cfg, to which the other TLS options are applied. A
// MinVersion of 0 means TLS 1.2. [WithHTTP2] decides about h2 in NextProtos.
//
// It is an error if cfg is nil or its MinVersion is below TLS 1.2. InsecureSkipVerify
// without a VerifyConnection or VerifyPeerCertificate needs [WithInsecureSkipTLSVerify].
func WithTLSConfig(cfg *tls.Config) Option {
	return func(c *config) {
		switch {
		case cfg == nil:
			c.fault("TLS configuration is nil")
		case cfg.MinVersion != 0 && cfg.MinVersion < tls.VersionTLS12:
			c.fault("minimum version %s is below TLS 1.2", tls.VersionName(cfg.MinVersion))
		default:
			c.tls.config = cfg.Clone()
		}
	}
}

// WithInsecureSkipTLSVerify accepts any certificate for any host, so that an attacker in
// the network can read and change everything that is sent, including credentials. Use it
// only in tests.
func WithInsecureSkipTLSVerify() Option {
	return func(c *config) { c.tls.insecure = true }
}
