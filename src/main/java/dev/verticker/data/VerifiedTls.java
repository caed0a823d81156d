package dev.verticker.data;

import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * TLS to one server whose certificate chain and host name are verified. Keeps the reason of a rejection, because the
 * PostgreSQL client reports each as "SSL handshake failed".
 */
final class VerifiedTls {
  private static final String VERIFY_HOST_NAME = "HTTPS";

  private final ClientSSLOptions options;
  private volatile String rejection;

  /** @param authorities PEM file with the certificate authorities to trust; empty = those of the Java runtime */
  VerifiedTls(Optional<Path> authorities) {
    options = new ClientSSLOptions()
        .setHostnameVerificationAlgorithm(VERIFY_HOST_NAME)
        .setTrustOptions(TrustOptions.wrap(new RecordingTrustManager(trustManager(authorities))));
  }

  ClientSSLOptions options() {
    return options;
  }

  /** Why the latest certificate was rejected; empty if it was accepted, or none was presented yet. */
  Optional<String> rejection() {
    return Optional.ofNullable(rejection);
  }

  private static X509ExtendedTrustManager trustManager(Optional<Path> authorities) {
    try {
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(authorities.isPresent() ? keyStore(authorities.get()) : null);
      return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot use the certificates of " + authorities, e);
    }
  }

  private static KeyStore keyStore(Path authorities) throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (var in = Files.newInputStream(authorities)) {
      for (var each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("authority-" + store.size(), each);
      }
    }
    return store;
  }

  private interface Check {
    void run() throws CertificateException;
  }

  private final class RecordingTrustManager extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager trusted;

    RecordingTrustManager(X509ExtendedTrustManager trusted) {
      this.trusted = trusted;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      recorded(() -> trusted.checkServerTrusted(chain, type, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      recorded(() -> trusted.checkServerTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      recorded(() -> trusted.checkServerTrusted(chain, type));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      trusted.checkClientTrusted(chain, type, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      trusted.checkClientTrusted(chain, type, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      trusted.checkClientTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return trusted.getAcceptedIssuers();
    }

    private void recorded(Check check) throws CertificateException {
      try {
        check.run();
        rejection = null;
      } catch (CertificateException e) {
        rejection = OutageReason.ofTls(e);
        throw e;
      }
    }
  }
}
