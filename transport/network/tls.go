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

// tlsSettings is what the options ask of TLS.
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

// buildTLS lays the options over the configuration given, or the transport's own.
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
		c.fault("TLS configuration has InsecureSkipVerify and verifies nothing itself: " +
			"clear it, or add WithInsecureSkipTLSVerify if this is meant")
	}
	if cfg.GetClientCertificate != nil && len(b.client) > 0 {
		c.fault("GetClientCertificate of the TLS configuration would hide the client certificate: leave one of them out")
	}
	cfg.Certificates = append(slices.Clip(cfg.Certificates), b.client...)
	cfg.ServerName = cmp.Or(b.serverName, cfg.ServerName)
	c.setVersions(cfg)
	if err := b.setRoots(cfg); err != nil {
		c.fault("root certificates: %w", err)
	}
	if cfg.ClientSessionCache != nil {
		// A session begun under other roots or another identity must not be resumed.
		cfg.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	}
	t.TLSClientConfig = cfg
}

// setVersions chooses the least version, and says if it is above the largest.
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

// setRoots puts the pool in force and adds to a copy of it what came from files.
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

// WithRootCAFile trusts the certificates in files of PEM, in addition to the
// system's, or to those of [WithRootCAs], [WithTLSConfig] or the cloned
// transport where these name their own. The files are read when the transport is
// built. One that cannot be read, or holds no certificate or a broken one, is
// refused.
func WithRootCAFile(paths ...string) Option {
	return func(c *config) {
		if len(paths) == 0 {
			c.fault("root certificates: no file is named")
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

// WithRootCAs trusts the certificates of pool and no others: it replaces the
// system's. A nil or empty pool is refused. The pool must not be changed later.
func WithRootCAs(pool *x509.CertPool) Option {
	return func(c *config) {
		if pool == nil || pool.Equal(x509.NewCertPool()) {
			c.fault("root certificates: the pool is empty")
			return
		}
		c.tls.pool = pool
	}
}

// WithClientCertificateFile shows servers that ask for one the certificate (with
// its chain) in the PEM file cert, whose private key is in the PEM file key. The
// files are read when the transport is built. Given twice, both are offered.
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

// WithClientCertificate is [WithClientCertificateFile] for a certificate that is
// loaded already; its key may live elsewhere (a [crypto.Signer]).
func WithClientCertificate(cert tls.Certificate) Option {
	return func(c *config) {
		if err := checkPair(cert); err != nil {
			c.fault("client certificate: %w", err)
			return
		}
		c.tls.client = append(c.tls.client, cert)
	}
}

// checkPair reports whether the certificate and its key belong together.
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

// WithMinTLSVersion refuses servers that offer less than version, which is
// [tls.VersionTLS12] (the default) or [tls.VersionTLS13]; any other is refused.
func WithMinTLSVersion(version uint16) Option {
	return func(c *config) {
		if version != tls.VersionTLS12 && version != tls.VersionTLS13 {
			c.fault("minimum version %s is neither TLS 1.2 nor TLS 1.3", tls.VersionName(version))
			return
		}
		c.tls.minVersion = version
	}
}

// WithServerName demands that certificates are made out to name, and sends it as
// SNI, in place of the host dialled. It holds for every host, so also for an
// https proxy, beside which it is refused. An empty name is refused; the default
// is the host of each request.
func WithServerName(name string) Option {
	return func(c *config) {
		if err := checkHost(name); err != nil {
			c.fault("server name %w", err)
			return
		}
		c.tls.serverName = name
	}
}

// WithTLSConfig begins from a copy of cfg; the other options for TLS are laid
// over it. A MinVersion of 0 means 1.2. Refused are nil, a MinVersion below 1.2,
// and InsecureSkipVerify without a verification of cfg's own, unless
// [WithInsecureSkipTLSVerify] says that this is meant. Of NextProtos, h2 is for
// [WithHTTP2] to decide.
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

// WithInsecureSkipTLSVerify accepts any certificate for any host, so that anyone
// on the way can read and change what is sent, credentials included. It is for
// tests and for nothing else.
func WithInsecureSkipTLSVerify() Option {
	return func(c *config) { c.tls.insecure = true }
}
