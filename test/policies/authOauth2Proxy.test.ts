import * as proxyPolicies from "../../policies/auth/oauth2Proxy.ts";
import { authProxyCookies, authProxyPeople, authProxyTokens } from "../../policies/auth/oauth2Proxy.ts";
import { testNoneIsLeftOut, testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

const image = "quay.io/oauth2-proxy/oauth2-proxy:v7.15.3";
const cookies = ['cookie_samesite = "lax"', 'cookie_expire = "8h0m0s"'];
const people = 'email_domains = ["example.org"]';
const existing = { existingSecret: "oauth2-proxy" };
const fromSecret = { secretKeyRef: { name: "oauth2-proxy", key: "it" } };
const verified = {
  providers: [
    { clientID: "a", oidcConfig: { issuerURL: "https://id.example.org", insecureSkipNonce: false } },
  ],
  server: { SecureBindAddress: ":4180" },
};

describe("Policies of authentication: the sessions of oauth2-proxy", () => {
  testPolicy({
    policy: authProxyCookies,
    passes: {
      "a file": [file(...cookies)],
      flags: [container("--cookie-samesite=strict", "--cookie-expire=24h", "--cookie-secure=true")],
      "flags that are two words": [container("--cookie-samesite", "lax", "--cookie-expire", "12h")],
      "the environment": [
        pod({
          image,
          env: [
            { name: "OAUTH2_PROXY_COOKIE_SAMESITE", value: "lax" },
            { name: "OAUTH2_PROXY_COOKIE_EXPIRE", value: "12h" },
            { name: "OAUTH2_PROXY_COOKIE_SECRET", valueFrom: fromSecret },
          ],
        }),
      ],
      "a secret that Kubernetes puts in": [
        container("--cookie-samesite=lax", "--cookie-expire=8h", "--cookie-secret=$(COOKIE_SECRET)"),
      ],
      "a pod whose file says the rest": [container("--config=/etc/oauth2-proxy.cfg", "--cookie-secure=true")],
      "a chart's values": [
        chart({ config: existing, extraArgs: { "cookie-samesite": "lax", "cookie-expire": "12h" } }),
      ],
      "a chart's list of flags": [
        chart({ config: existing, extraArgs: ["--cookie-samesite=lax", "--cookie-expire=12h"] }),
      ],
      "a chart's file and values together": [
        chart({
          config: { ...existing, configFile: 'cookie_expire = "12h"\n' },
          extraArgs: { "cookie-samesite": "lax" },
        }),
      ],
      "a chart whose file is another resource": [
        chart({ config: { ...existing, existingConfig: "oauth2-proxy-sessions" } }),
      ],
      "Grafana's cookies": [
        configMap("grafana.ini", "[security]\ncookie_secure = true\ncookie_samesite = none\n"),
      ],
    },
    fails: {
      "a cookie without TLS": {
        stack: [file(...cookies, "cookie_secure = false")],
        says: /data\.oauth2_proxy\.cfg cookie_secure is "false", expected true/,
      },
      "a cookie that scripts read": {
        stack: [container("--cookie-httponly=false", "--cookie-samesite=lax", "--cookie-expire=8h")],
        says: /containers\[0\]\.args cookie_httponly is "false"/,
      },
      "a cookie that other sites send": {
        stack: [file('cookie_samesite = "none"', 'cookie_expire = "8h"')],
        says: /cookie_samesite is "none", expected lax or strict/,
      },
      "a week": {
        stack: [file('cookie_samesite = "lax"', "cookie_expire = '168h'")],
        says: /cookie_expire is "168h", expected a day or less/,
      },
      "a week in minutes": {
        stack: [container("--cookie-samesite=lax", "--cookie-expire=10080m")],
        says: /cookie_expire is "10080m"/,
      },
      "no end": {
        stack: [file('cookie_samesite = "lax"', 'cookie_expire = "0"')],
        says: /cookie_expire is "0", expected a duration/,
      },
      "an end of 0 seconds, which is none": {
        stack: [file('cookie_samesite = "lax"', 'cookie_expire = "0s"')],
        says: /cookie_expire is "0s", expected a day or less/,
      },
      "a secret in a file": {
        stack: [file(...cookies, 'cookie_secret = "0123456789abcdef"')],
        says: /cookie_secret is written in the clear/,
      },
      "a secret in a flag": {
        stack: [container("--cookie-samesite=lax", "--cookie-expire=8h", "--client-secret=s3cr3t")],
        says: /client_secret is written in the clear/,
      },
      "a secret in the environment": {
        stack: [pod({ image, env: [{ name: "OAUTH2_PROXY_COOKIE_SECRET", value: "0123456789abcdef" }] })],
        says: /cookie_secret is written in the clear/,
      },
      "secrets among a chart's values": {
        stack: [
          chart({ config: { clientID: "a", clientSecret: "s3cr3t", cookieSecret: "0123456789abcdef" } }),
        ],
        says: /values\.extraArgs client_secret is written in the clear/,
      },
      "a secret of the chart's own": {
        stack: [chart({ extraArgs: { "cookie-samesite": "lax", "cookie-expire": "8h" } })],
        says: /cookie_secret is the chart's own, which everybody knows/,
      },
      "a chart's cookie without TLS": {
        stack: [
          chart({
            config: existing,
            extraArgs: { "cookie-secure": false, "cookie-samesite": "lax", "cookie-expire": "8h" },
          }),
        ],
        says: /values\.extraArgs cookie_secure is "false"/,
      },
      "a proxy on a machine": {
        stack: [script("oauth2-proxy --upstream=http://127.0.0.1:9090 --cookie-secure=false")],
        says: /userData cookie_secure is "false"/,
      },
    },
    absent: {
      stack: [container("--provider=github")],
      says: /cookie_samesite is not set, expected lax or strict/,
    },
    unknown: [chart({ config: existing, extraArgs: { "cookie-samesite": unknown } })],
  });

  testPolicy({
    policy: authProxyPeople,
    passes: {
      "the organisation's people": [file(people)],
      "two organisations": [container("--email-domain=example.org", "--email-domain=example.com")],
      "people of a group, whatever their address": [file('email_domains = "*"', 'allowed_groups = ["sre"]')],
      "people of an organisation at GitHub": [container("--email-domain=*", "--github-org=example")],
      "people by name": [file('authenticated_emails_file = "/etc/people"', "cookie_secure = true")],
      "a proxy of known addresses": [
        file(people, "reverse_proxy = true", 'trusted_proxy_ips = ["10.40.0.0/16"]'),
      ],
      "lists of nothing": [file(people, "skip_auth_routes = []", "trusted_ips = []")],
      "a list over lines": [file("email_domains = [", '  "example.org", # ours', "]")],
      "a chart's people": [chart({ extraArgs: { "email-domain": "example.org" } })],
      "a chart's people, among its values": [chart({ config: { emailDomains: ["example.org"] } })],
      "a chart's people by name": [
        chart({ authenticatedEmailsFile: { enabled: true }, config: { emailDomains: [] } }),
      ],
      "a pod whose file says the rest": [container("--config=/etc/oauth2-proxy.cfg", "--reverse-proxy=true")],
      "a subdomain": [file('email_domains = [".example.org"]')],
    },
    fails: {
      everybody: {
        stack: [file('email_domains = ["*"]')],
        says: /data\.oauth2_proxy\.cfg email_domains is everybody's \(\*\)/,
      },
      "everybody over lines": {
        stack: [file("email_domains = [", '  "*",', "]")],
        says: /email_domains is everybody's/,
      },
      "everybody among the organisation's people": {
        stack: [container("--email-domain=example.org", "--email-domain=*")],
        says: /containers\[0\]\.args email_domains is everybody's/,
      },
      "everybody after a comma": {
        stack: [pod({ image, env: [{ name: "OAUTH2_PROXY_EMAIL_DOMAINS", value: "example.org,*" }] })],
        says: /email_domains is everybody's/,
      },
      "everybody, by the chart's own choice": {
        stack: [chart({ config: existing })],
        says: /values\.extraArgs email_domains is everybody's/,
      },
      "everybody in a chart's file": {
        stack: [chart({ config: { ...existing, configFile: 'email_domains = [ "*" ]\n' } })],
        says: /email_domains is everybody's/,
      },
      "whoever claims an address": {
        stack: [file(people, "reverse_proxy = true")],
        says: /trusted_proxy_ips is not set, so that anybody may claim an address/,
      },
      "whoever claims an address, by a list": {
        stack: [file(people, "reverse_proxy = true", 'trusted_proxy_ips = ["0.0.0.0/0"]')],
        says: /trusted_proxy_ips are everybody's/,
      },
      "addresses that nobody asks": {
        stack: [file(people, 'trusted_ips = ["10.0.0.0/8"]')],
        says: /trusted_ips lets requests pass without a log-in/,
      },
      "addresses that nobody asks, taken for a proxy's": {
        stack: [file(people, "reverse_proxy = true", 'trusted_ips = ["10.0.0.0/8"]')],
        says: /trusted_proxy_ips is not set/,
      },
      "a path that nobody is asked for": {
        stack: [container("--email-domain=example.org", "--skip-auth-route=GET=^/api")],
        says: /skip_auth_routes lets requests pass/,
      },
      "a path of old": {
        stack: [chart({ extraArgs: { "email-domain": "example.org", "skip-auth-regex": "^/metrics" } })],
        says: /skip_auth_regex lets requests pass/,
      },
      "OPTIONS, by a flag that is on": {
        stack: [chart({ extraArgs: { "email-domain": "example.org", "skip-auth-preflight": "" } })],
        says: /skip_auth_preflight lets requests pass/,
      },
      "any certificate of the provider's": {
        stack: [file(people, "ssl_insecure_skip_verify = true")],
        says: /ssl_insecure_skip_verify is true/,
      },
      "addresses that nobody has verified": {
        stack: [container("--email-domain=example.org", "--insecure-oidc-allow-unverified-email")],
        says: /insecure_oidc_allow_unverified_email is true/,
      },
      "any issuer": {
        stack: [file(people, "insecure_oidc_skip_issuer_verification = true")],
        says: /insecure_oidc_skip_issuer_verification is true/,
      },
      "an issuer in the clear": {
        stack: [container("--email-domain=example.org", "--oidc-issuer-url=http://id.example.org")],
        says: /oidc_issuer_url is asked in the clear/,
      },
      "a file that a machine writes": {
        stack: [script('cat > /etc/proxy.cfg <<END\nemail_domains = ["*"]\nEND\n')],
        says: /userData email_domains is everybody's/,
      },
    },
    absent: { stack: [container("--provider=google")], says: /email_domains is not set/ },
    unknown: [chart({ extraArgs: { "email-domain": unknown } })],
  });

  testPolicy({
    policy: authProxyTokens,
    passes: {
      "tokens that are verified": [alpha({})],
      "an upstream of the same pod": [alpha({ uri: "http://127.0.0.1:9090" })],
      "a server of its own pod": [alpha({ server: "bindAddress: 127.0.0.1:4180" })],
      "a chart's values": [chart({ alphaConfig: { enabled: true, configData: verified } })],
      "a wish in a remark": [alpha({ oidc: "# insecureSkipIssuerVerification: true" })],
      "another program's": [configMap("values.yaml", "insecureSkipVerify: true\n")],
    },
    fails: {
      "any issuer": {
        stack: [alpha({ oidc: "insecureSkipIssuerVerification: true" })],
        says: /data\.oauth2_proxy\.yml has insecureSkipIssuerVerification/,
      },
      "addresses that nobody has verified": {
        stack: [alpha({ oidc: 'insecureAllowUnverifiedEmail: "True"' })],
        says: /has insecureAllowUnverifiedEmail/,
      },
      "a token that was said before": {
        stack: [alpha({ nonce: "insecureSkipNonce: true" })],
        says: /has insecureSkipNonce\./,
      },
      "a token that was said before, by nobody's choice": {
        stack: [alpha({ nonce: "groupsClaim: groups" })],
        says: /has insecureSkipNonce, which is on by itself/,
      },
      "an issuer in the clear": {
        stack: [alpha({ issuer: "http://id.example.org" })],
        says: /has issuerURL http:\/\/id\.example\.org, in the clear/,
      },
      "an upstream in the clear": {
        stack: [alpha({ uri: "http://prometheus.monitoring.svc:9090" })],
        says: /has uri http:\/\/prometheus\.monitoring\.svc:9090, in the clear/,
      },
      "tokens that anybody signs": {
        stack: [alpha({ oidc: "enabledSigningAlgs: [RS256, HS256]" })],
        says: /takes tokens that nobody or anybody signed/,
      },
      "tokens that nobody signs, as the second of a list": {
        stack: [alpha({ oidc: "enabledSigningAlgs:\n        - RS256\n        - none" })],
        says: /takes tokens that nobody or anybody signed/,
      },
      "tokens for anybody": {
        stack: [alpha({ oidc: "audienceClaims: []" })],
        says: /takes tokens for anybody/,
      },
      "an old TLS": {
        stack: [
          chart({
            alphaConfig: {
              configData: {
                server: { tls: { minVersion: "TLS1.1" } },
                providers: [{ oidcConfig: { insecureSkipNonce: false } }],
              },
            },
          }),
        ],
        says: /speaks an old TLS/,
      },
      "pages in the clear, beside figures": {
        stack: [alpha({ server: "BindAddress: 0.0.0.0:4180" })],
        says: /serves in the clear/,
      },
      "any issuer, among a chart's values": {
        stack: [
          chart({
            alphaConfig: {
              enabled: true,
              configData: {
                providers: [
                  { oidcConfig: { insecureSkipNonce: false, insecureSkipIssuerVerification: true } },
                ],
              },
            },
          }),
        ],
        says: /values\.alphaConfig\.configData has insecureSkipIssuerVerification/,
      },
      "tokens for anybody, among a chart's values": {
        stack: [
          chart({
            alphaConfig: {
              configData: { providers: [{ oidcConfig: { insecureSkipNonce: false, audienceClaims: [] } }] },
            },
          }),
        ],
        says: /takes tokens for anybody/,
      },
    },
    absent: { stack: [chart({})] },
    unknown: [chart({ alphaConfig: { configData: unknown } })],
  });

  testNoneIsLeftOut(proxyPolicies);
});

function file(...lines: string[]): Given {
  return configMap("oauth2_proxy.cfg", `${lines.join("\n")}\n`);
}

function configMap(name: string, text: string): Given {
  return { type: "kubernetes:core/v1:ConfigMap", props: { data: { [name]: text } } };
}

function container(...args: string[]): Given {
  return pod({ image, args });
}

function pod(of: object): Given {
  return {
    type: "kubernetes:apps/v1:Deployment",
    props: { spec: { template: { spec: { containers: [{ name: "oauth2-proxy", ...of }] } } } },
  };
}

function chart(values: object): Given {
  return { type: "kubernetes:helm.sh/v3:Release", props: { chart: "oauth2-proxy/oauth2-proxy", values } };
}

function script(text: string): Given {
  return { type: "aws:ec2/instance:Instance", props: { userData: `#!/bin/sh\n${text}` } };
}

/** An alpha configuration that is right but for this. */
function alpha({
  issuer = "https://id.example.org",
  nonce = "insecureSkipNonce: false",
  oidc = "emailClaim: email",
  uri = "https://prometheus.monitoring.svc:9090",
  server = "secureBindAddress: 0.0.0.0:4180",
}): Given {
  return configMap(
    "oauth2_proxy.yml",
    `metricsServer:
  bindAddress: 0.0.0.0:44180
providers:
  - clientID: prometheus
    oidcConfig:
      ${nonce}
      ${oidc}
      issuerURL: ${issuer}
    provider: oidc
server:
  ${server}
upstreamConfig:
  upstreams:
    - id: prometheus
      uri: ${uri}
`,
  );
}
