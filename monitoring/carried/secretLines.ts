/**
 * How a machine in a cloud fetches the values of a step: from the cloud's store of secrets, as the machine's own identity,
 * in the moment that they are asked for. No argument, no environment, no file on the way.
 */

/** A version of a secret in a cloud's store. */
export type StoredValues =
  | {
      readonly store: "key-vault";
      /** `https://VAULT.vault.azure.net/secrets/NAME/VERSION` */
      readonly uri: string;
    }
  | {
      readonly store: "secrets-manager";
      readonly region: string;
      readonly arn: string;
      readonly version: string;
    };

/** Text of the function `Read-VigilLine`, which returns the secret. */
export function powershellLine(values: StoredValues): string {
  const read =
    values.store === "key-vault"
      ? [
          "      $of = 'http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net'",
          "      $token = (Invoke-RestMethod -UseBasicParsing -TimeoutSec 20 -Headers @{ Metadata = 'true' } -Uri $of).access_token",
          `      $uri = '${values.uri}?api-version=7.4'`,
          '      return (Invoke-RestMethod -UseBasicParsing -TimeoutSec 20 -Headers @{ Authorization = "Bearer $token" } -Uri $uri).value',
        ]
      : [
          `      return (Get-SECSecretValue -SecretId '${values.arn}' -VersionId '${values.version}' -Region '${values.region}').SecretString`,
        ];
  return `${[
    "function Read-VigilLine {",
    "  [Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12",
    "  for ($attempt = 1; ; $attempt++) {",
    "    try {",
    ...read,
    "    } catch {",
    "      # A right that was just given takes its minutes.",
    `      if ($attempt -ge ${String(attempts)}) { throw "the values of this step cannot be read: $($_.Exception.Message)" }`,
    `      Start-Sleep -Seconds ${String(pauseSeconds)}`,
    "    }",
    "  }",
    "}",
  ].join("\n")}\n`;
}

/** Text of the function `vigil_line`, which prints the secret. */
export function bashLine(values: StoredValues): string {
  const [program, ...given] =
    values.store === "key-vault"
      ? [keyVaultProgram, values.uri]
      : [secretsManagerProgram, values.region, values.arn, values.version];
  const words = given.map((word) => `'${word}'`).join(" ");
  return `vigil_line() {\n  python3 - ${words} <<'VIGIL_PYTHON'\n${program}${retrying}VIGIL_PYTHON\n}\n`;
}

const attempts = 60;
const pauseSeconds = 10;

/** Python's own library alone: it is on every Ubuntu, which starts with it. */
const keyVaultProgram = `import json, sys, time, urllib.request

TOKEN = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"


def get(url, headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
        return json.load(answer)


def read():
    token = get(TOKEN, {"Metadata": "true"})["access_token"]
    return get(sys.argv[1] + "?api-version=7.4", {"Authorization": "Bearer " + token})["value"]
`;

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html for the steps of the signature */
const secretsManagerProgram = `import datetime, hashlib, hmac, json, sys, time, urllib.request

METADATA = "http://169.254.169.254/latest/"


def call(url, method="GET", headers={}, body=None):
    asked = urllib.request.Request(url, data=body, headers=headers, method=method)
    with urllib.request.urlopen(asked, timeout=20) as answer:
        return answer.read().decode()


def credentials():
    token = call(METADATA + "api/token", "PUT", {"X-aws-ec2-metadata-token-ttl-seconds": "60"})
    headers = {"X-aws-ec2-metadata-token": token}
    roles = METADATA + "meta-data/iam/security-credentials/"
    return json.loads(call(roles + call(roles, headers=headers).strip(), headers=headers))


def signed(key, region, host, body, now):
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "host": host,
        "x-amz-date": stamp,
        "x-amz-security-token": key["Token"],
        "x-amz-target": "secretsmanager.GetSecretValue",
    }
    names = ";".join(headers)
    digest = hashlib.sha256(body).hexdigest()
    listed = "".join(f"{name}:{value}\\n" for name, value in headers.items())
    request = f"POST\\n/\\n\\n{listed}\\n{names}\\n{digest}"
    scope = f"{day}/{region}/secretsmanager/aws4_request"
    text = f"AWS4-HMAC-SHA256\\n{stamp}\\n{scope}\\n" + hashlib.sha256(request.encode()).hexdigest()
    secret = ("AWS4" + key["SecretAccessKey"]).encode()
    for part in scope.split("/"):
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    mark = f"AWS4-HMAC-SHA256 Credential={key['AccessKeyId']}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**headers, "authorization": mark}


def read():
    region, arn, version = sys.argv[1:4]
    body = json.dumps({"SecretId": arn, "VersionId": version}).encode()
    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    host = f"secretsmanager.{region}.{domain}"
    headers = signed(credentials(), region, host, body, datetime.datetime.now(datetime.timezone.utc))
    return json.loads(call(f"https://{host}/", "POST", headers, body))["SecretString"]
`;

/** A right that was just given takes its minutes. */
const retrying = `

for attempt in range(1, ${String(attempts + 1)}):
    try:
        sys.stdout.write(read())
        break
    except Exception as error:
        if attempt == ${String(attempts)}:
            sys.exit(f"the values of this step cannot be read: {error}")
        time.sleep(${String(pauseSeconds)})
`;
