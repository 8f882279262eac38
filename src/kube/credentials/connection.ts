/** Where the API server is and how to prove who we are. */
export interface KubeConnection {
  /** Scheme, host and port, and a path prefix if there is one: `https://10.96.0.1:443/`. */
  readonly server: URL;
  /**
   * What to send with the next request. Cheap to call for each one: files are read at most once a minute. `refresh` reads them now,
   * for a caller that was just refused (401, or a certificate that our CA did not sign).
   *
   * @throws KubeError `Credentials` when nothing usable could be read yet.
   */
  credentials(options: { readonly refresh: boolean }): Promise<Credentials>;
}

/** `tls` stays the same object as long as its content does, so that its identity tells when pooled connections are out of date. */
export interface Credentials {
  readonly tls: TlsIdentity;
  /** `Authorization`, and `Impersonate-User` when a kubeconfig asks for it. */
  readonly headers: Readonly<Record<string, string>>;
}

/** PEM texts. Without `ca` the system's trust store is used. */
export interface TlsIdentity {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Name to expect in the server's certificate, when it is not the host of the URL. */
  readonly servername?: string;
  /** True only when a kubeconfig asks for `insecure-skip-tls-verify`. */
  readonly insecureSkipVerify: boolean;
}
