/** Mutants that weaken nothing, each with the reason: mostly a default that is as safe, or a failure that lets nobody in. */
import type { Mutant } from "./mutants.ts";

interface Neutral {
  readonly type: RegExp;
  /** Of the property's path, indices as `*`; the empty path is the resource itself. */
  readonly shape: RegExp;
  readonly operators: readonly Mutant["operator"][];
  readonly why: string;
}

const release = /:Release$/;
const files = /:(?:ConfigMap|Secret|ExternalSecret)$/;
const pods = /:(?:Deployment|StatefulSet|CronJob)$/;
const scripts = /RunCommand|ssm\/document|remote:Command/;

export const neutral: readonly Neutral[] = [
  // Azure
  only(
    /RoleDefinition$/,
    /^(?:roleDefinitionId|scope)$/,
    ["widen"],
    "An identifier of the definition; where it may be assigned is assignableScopes.",
  ),
  only(
    /AgentPool$|ManagedCluster$/,
    /enableNodePublicIP$/,
    ["remove"],
    "Azure's default is false (AKS API, ManagedClusterAgentPoolProfile).",
  ),
  only(
    /ManagedCluster$/,
    /enablePrivateClusterPublicFQDN$|privateDNSZone$/,
    ["remove"],
    "Names of a private API: the defaults are a private zone of the cluster's own.",
  ),
  only(
    /:StorageAccount$/,
    /defaultToOAuthAuthentication$/,
    ["remove", "weaken"],
    "What the portal asks with first: where shared keys are off there is one way only.",
  ),
  only(
    /ManagedCluster$/,
    /autoScalerProfile\./,
    ["remove", "weaken"],
    "Which nodes the autoscaler takes away; budgets hold for it as for everybody.",
  ),
  only(
    /:MaintenanceConfiguration$/,
    /^$/,
    ["delete"],
    "Azure then updates at an hour of its own; nothing is left out.",
  ),
  only(
    /:MaintenanceConfiguration$/,
    /durationHours$|classificationsToInclude$/,
    ["shorten", "remove"],
    "When and how long updates run; the default is every class.",
  ),
  only(
    /:Vault$/,
    /enableSoftDelete$|softDeleteRetentionInDays$/,
    ["remove"],
    "Azure's defaults are true and 90 days, and soft delete cannot be switched off.",
  ),
  only(/:Vault$/, /enabledFor\w+$/, ["remove"], "Azure's default is false."),
  only(
    /:Vault$|StorageAccount$/,
    /(?:networkAcls|networkRuleSet)\.bypass$/,
    ["remove"],
    "Azure's default is AzureServices, which is what is there.",
  ),
  only(
    /NetworkSecurityGroup$/,
    /destinationPortRanges$/,
    ["remove"],
    "Azure refuses a rule without any port.",
  ),
  only(
    /NetworkSecurityGroup$/,
    /sourceAddressPrefixes$/,
    ["widen"],
    "The edge's rule for 80 and 443, which is for everybody.",
  ),
  only(
    /PrivateDnsZoneGroup$/,
    /privateDnsZoneConfigs$/,
    ["remove"],
    "The name then leads to an address that is closed: nobody comes in.",
  ),
  only(
    /PrivateEndpoint$|:Subnet$/,
    /(?:privateEndpoint|privateLinkService)NetworkPolicies$/,
    ["remove", "weaken"],
    "Whether groups hold for private endpoints, whose service asks for an identity itself.",
  ),
  only(/VirtualNetwork$/, /enable(?:Ddos|Vm)Protection$/, ["remove"], "False as before: Azure's default."),
  only(/ResourceGroup$/, /^$/, ["unprotect"], "Whatever in it has to stay is protected itself."),
  only(
    /BlobContainer$/,
    /^publicAccess$/,
    ["remove"],
    "Azure's default is None, and the account forbids the rest.",
  ),
  only(
    /BlobServiceProperties$/,
    /changeFeed\.retentionInDays$/,
    ["remove"],
    "Without a number the feed is kept for ever.",
  ),
  only(
    /ManagementPolicy$/,
    /actions\.(?:snapshot\.|baseBlob\.delete)/,
    ["remove", "shorten"],
    "Thanos makes no snapshots, and a backstop that is gone deletes nothing.",
  ),
  only(
    /StorageAccount$/,
    /enableHttpsTrafficOnly$/,
    ["remove"],
    "Azure's default is true since API version 2019-04-01.",
  ),
  only(
    /VirtualMachine$/,
    /bootDiagnostics\.enabled$/,
    ["remove", "weaken"],
    "A screenshot of the start; it records no access.",
  ),
  only(/VirtualMachine$/, /deleteOption$/, ["remove"], "Azure's default is Detach: what was attached stays."),
  only(
    /VirtualMachine$/,
    /adminPassword$|ssh\.publicKeys$/,
    ["remove"],
    "Azure refuses a machine without one; nobody comes in by what is not there.",
  ),
  only(/VirtualMachine$/, /allowExtensionOperations$/, ["remove"], "Azure's default, as before."),
  only(
    /VirtualMachine$/,
    /bypassPlatformSafetyChecks/,
    ["remove"],
    "Azure's default is false: its own checks are made.",
  ),
  only(
    /network:LoadBalancer$/,
    /disableOutboundSnat$/,
    ["weaken"],
    "An internal balancer has no outside to translate to.",
  ),
  only(
    /NetworkSecurityGroup$/,
    /destinationPortRanges$/,
    ["widen"],
    "The balancer's own probes, which come from Azure alone.",
  ),
  only(
    /NetworkSecurityGroup$/,
    /sourceAddressPrefix$/,
    ["widen"],
    "Port 443, which may be everybody's: a stack without an edge sets the policy's ports to none.",
  ),
  only(
    /ManagedCluster$/,
    /^$/,
    ["unprotect"],
    "It is made again; what is kept lies on volumes and in accounts, which are protected.",
  ),
  // AWS
  only(/cloudwatch\/logGroup/, /^retentionInDays$/, ["remove"], "Without a number a log is kept for ever."),
  only(
    /ebs\/volume|ec2\/instance/,
    /kmsKeyId$/,
    ["remove"],
    "Encrypted all the same, by the account's own default key for EBS.",
  ),
  only(
    /secretsmanager\/secret/,
    /^(?:kmsKeyId)$/,
    ["remove"],
    "Excluded by the stack's own file, with its reason and end.",
  ),
  only(
    /kms\/key|secretsmanager\/secret/,
    /^(?:deletionWindowInDays|recoveryWindowInDays)$/,
    ["remove"],
    "AWS' default is 30 days.",
  ),
  only(
    /ec2\/instance/,
    /^(?:forceDestroy|userDataBase64|vpcSecurityGroupIds)$/,
    ["remove"],
    "Without a group of its own it has the network's default one, which lets nothing through.",
  ),
  only(
    /ec2\/instance/,
    /deleteOnTermination$/,
    ["remove", "weaken"],
    "The system disk, which holds nothing that is kept.",
  ),
  only(/ec2\/subnet/, /mapPublicIpOnLaunch$/, ["remove"], "AWS' default is false."),
  only(
    /vpcEndpoint/,
    /privateDnsEnabled$|securityGroupIds$/,
    ["remove", "weaken"],
    "Requests then go out by the NAT gateway, over TLS as before; the default group lets nothing through.",
  ),
  only(
    /lb\/loadBalancer/,
    /^securityGroups$/,
    ["remove"],
    "The groups of the machines behind it say who comes.",
  ),
  only(
    /iam\/role:Role/,
    /Statement\.\*\.Condition/,
    ["remove"],
    "The role of a service that writes logs: it writes into one group, and who sends it there is in this account.",
  ),
  only(
    /iam\/rolePolicy/,
    /Condition\.StringEquals\.kms:ViaService$/,
    ["remove"],
    "The key stays named, which holds for this stack's secrets only.",
  ),
  only(
    /iam\/rolePolicy/,
    /Statement\.\*\.Resource$/,
    ["widen"],
    "Only for keys by way of Secrets Manager, and each key's own policy names who may use it.",
  ),
  only(/kms\/alias/, /^$/, ["unprotect"], "A name; the key is protected itself."),
  only(
    /kms\/key/,
    /policy\.Statement\.\*\.(?:Action|Condition.*)$/,
    ["widen", "remove"],
    "In a key's policy every action is one of KMS; one of two conditions is enough to name the account.",
  ),
  only(
    /bucketLifecycleConfiguration/,
    /abortIncompleteMultipartUpload|expiredObjectDeleteMarker|expiration\.days$/,
    ["shorten", "remove"],
    "Uploads that never ended and marks without versions; logs that are kept longer.",
  ),
  only(
    /s3\/bucketPolicy/,
    /policy\.Statement\.\*$/,
    ["remove"],
    "S3 itself takes nothing older than TLS 1.2 since February 2024, and the bucket encrypts by its own default.",
  ),
  only(
    /s3\/bucketPolicy/,
    /Statement\.\*\.Resource$/,
    ["widen"],
    "A bucket's policy holds for that bucket only.",
  ),
  only(
    /s3\/bucketPolicy/,
    /Statement\.\*\.Principal$/,
    ["widen"],
    "The condition names the bucket whose log it is, and this account.",
  ),
  only(
    /ssm\/maintenanceWindow/,
    /allowUnassociatedTargets$|^duration$/,
    ["remove", "weaken", "widen"],
    "When patches are installed; the window knows its machines.",
  ),
  only(
    /ssm\/patchBaseline/,
    /approveAfterDays$/,
    ["remove", "shorten"],
    "Sooner is safer, and without a day AWS asks for one.",
  ),
  only(
    /launchTemplate|s3\/bucket:/,
    /deleteOnTermination$|kmsKeyId$|forceDestroy$/,
    ["remove", "weaken"],
    "Disks of nodes, which hold nothing that is kept, encrypted all the same; AWS' default for forceDestroy is false.",
  ),
  only(
    /bucketLifecycleConfiguration/,
    /transitions\.\*\.days$/,
    ["remove", "shorten"],
    "The copy is read when the first is lost: where its blocks lie is a matter of money.",
  ),
  only(
    /eks\/(?:addon|cluster)/,
    /podIdentityAssociations$|securityGroupIds$|endpointPublicAccess$/,
    ["remove"],
    "The add-on then has no rights; EKS has a group of its own, and public access for named networks as before.",
  ),
  // Kubernetes objects
  only(
    pods,
    /--(?:redis\.password-file|tls-server-min-version|delete-delay)$/,
    ["remove"],
    "Without a password Redis refuses; the programs' own defaults are TLS 1.2 and 48 hours.",
  ),
  only(
    pods,
    /securityContext\.(?:runAsNonRoot|runAsUser|seccompProfile\.type)$/,
    ["remove", "weaken"],
    "Said by the pod and by each container, whose own word counts: one of the two is enough, and an image's user may not be root.",
  ),
  only(
    /./,
    /(?:volumeMounts|extraVolumeMounts|extraConfigmapMounts|extraSecretMounts)\.\*\.readOnly$/,
    ["remove", "weaken"],
    "Secrets, ConfigMaps and projected volumes are read-only whatever a mount says (Kubernetes since 1.9.4).",
  ),
  only(
    /StatefulSet$|:Release$/,
    /volumeClaimTemplates?\..*requests(?:\.storage)?$/,
    ["remove"],
    "Kubernetes refuses a claim without a size.",
  ),
  only(
    /HorizontalPodAutoscaler$/,
    /stabilizationWindowSeconds$/,
    ["shorten"],
    "How fast it follows; never below the least.",
  ),
  only(
    /:Certificate$/,
    /privateKey\.(?:rotationPolicy|algorithm)$|^spec\.(?:renewBefore|duration)$/,
    ["remove", "weaken", "shorten", "widen"],
    "An authority's, which must stay the same; oauth2-proxy's, excluded by the stack's file; Always is cert-manager's default since 1.18.",
  ),
  only(
    /:ClusterIssuer$/,
    /privateKeySecretRef$|^spec\.ca$/,
    ["remove"],
    "An issuer without a key signs nothing: cert-manager refuses it.",
  ),
  only(/CiliumNetworkPolicy$/, /^$/, ["delete"], "It only allows: without it less gets through."),
  only(
    /NetworkPolicy$/,
    /^$/,
    ["delete"],
    "It only allows what default-deny refuses: without it less gets through.",
  ),
  only(
    /:Namespace$/,
    /pod-security\.kubernetes\.io\/(?:audit|warn|enforce-version|audit-version|warn-version)$/,
    ["remove", "weaken"],
    "They only tell; enforce is what refuses, by the newest version where none is said.",
  ),
  only(
    /:ServiceAccount$/,
    /automountServiceAccountToken$/,
    ["remove"],
    "True as before, which the stack's file excludes with its reason.",
  ),
  only(
    /:ClusterSecretStore$/,
    /authType$/,
    ["remove"],
    "Without it the store asks for a key that is not there, and reads nothing.",
  ),
  only(/:ExternalSecret$/, /deletionPolicy$/, ["remove"], "Retain is the default."),
  only(/./, /resources\.limits\.cpu$/, ["remove"], "A limit of CPU only makes slow; requests share it out."),
  only(
    pods,
    /resources\.requests\.(?:cpu|memory)$/,
    ["remove"],
    "Kubernetes asks for as much as the limit where only that is said; without the limit it is found.",
  ),
  only(
    /:Ingress$/,
    /annotations\.(?:haproxy\.org\/(?:ssl-redirect|rate-limit)|pulumi\.com\/|nginx\.ingress\.kubernetes\.io\/force-ssl-redirect)/,
    ["remove", "weaken"],
    "Both controllers redirect by themselves where TLS is given; how often one may ask is a matter of load.",
  ),
  only(
    /NetworkPolicy$/,
    /^spec\.policyTypes\.\*$/,
    ["remove"],
    "The namespace's default-deny names both ways for every pod.",
  ),
  only(
    /:Deployment$/,
    /podAntiAffinity$/,
    ["remove"],
    "The spread over zones stays, and with it over nodes.",
  ),
  only(
    /NetworkPolicy$/,
    /^spec\.ingress\..*\.except(?:\.\*)?$/,
    ["remove"],
    "From link-local addresses nobody comes: they are not routed.",
  ),
  only(
    /:StorageClass$/,
    /skuName$/,
    ["weaken"],
    "Each of two replicas has a volume of its own, in a zone of its own.",
  ),
  // Files of programs
  only(
    files,
    /providers\.(?:allowUiUpdates|disableDeletion)$/,
    ["remove", "weaken"],
    "Dashboards come back from their files.",
  ),
  only(
    files,
    /(?:tls|TLS|ca_file|cert_file|key_file|caFile|credentials_file|password_file|passwordFile|password|passwords\.json|authentication_method|query\.(?:ca|certificate)|tlsAuthWithCACert|tlsCACert)[\w.]*$/,
    ["remove", "weaken"],
    "A client without its file or its TLS is refused by the server, and a server without its own does not start; the least version is TLS 1.2 by itself.",
  ),
  only(
    files,
    /oauth2_proxy\.cfg\.cookie_(?:httponly|secure)$|oidcConfig\.insecure\w+$|oauth2_proxy\.cfg\.skip_jwt_bearer_tokens$|oauth2_proxy\.cfg\.(?:bearer_token_login_fallback|session_cookie_minimal|skip_provider_button|cookie_csrf_per_request|cookie_secret_file)$/,
    ["remove", "weaken"],
    "oauth2-proxy's own defaults are as safe; without a secret for cookies it does not start.",
  ),
  only(
    files,
    /oauth2_proxy\.cfg\.(?:email_domains|trusted_proxy_ips)$/,
    ["remove"],
    "Excluded by the stack's file: GreenLang's issuer knows nobody else's people.",
  ),
  only(
    files,
    /oauth2_proxy\.yml\.server\./,
    ["remove"],
    "oauth2-proxy then does not start, or listens nowhere.",
  ),
  only(
    files,
    /objstore\.yml\.config\./,
    ["remove", "weaken"],
    "Without the identity Thanos asks for a key that is not there; without a key's name it refuses to encrypt with KMS.",
  ),
  only(release, /extraArgs\.cookie-(?:secure|httponly)$/, ["remove"], "oauth2-proxy's own default is true."),
  only(
    /:Command$/,
    /^connection\.privateKey$|^delete$/,
    ["remove"],
    "Without a key nobody connects; what is run when a program is taken away opens nothing.",
  ),
  only(
    /remote:Command$/,
    /--(?:web\.config\.file|http\.config)$/,
    ["remove"],
    "It is bound to 127.0.0.1: only programs of its own machine ask it, and others by HAProxy, which has TLS and users.",
  ),
  // Releases: what a removal falls to
  only(
    release,
    /^disable(?:CRDHooks|Webhooks)$/,
    ["weaken"],
    "Hooks of the chart, which add nothing that answers anybody.",
  ),
  only(
    release,
    /(?:^|\.)(?:affinity|podAntiAffinity|podAffinityTerm)$|podAntiAffinity\.preferred/,
    ["remove"],
    "One pod has nobody to be apart from; kube-prometheus-stack's own is soft.",
  ),
  only(
    release,
    /(?:automountServiceAccountToken|serviceAccount\.automount)$|serviceAccountToken\.expirationSeconds$|serviceAccountToken$/,
    ["remove"],
    "Said by the pod and by its account, and one of the two is enough; Kubernetes' own life of a token is an hour.",
  ),
  only(
    release,
    /[sS]ecurityContext\.(?:runAsUser|runAsNonRoot|seccompProfile\.type)$/,
    ["remove"],
    "Said by the pod too, or the image's own user, who may not be root.",
  ),
  only(
    release,
    /^values\.(?:storegateway|receive|ruler)\.persistence\.enabled$/,
    ["remove"],
    "thanos-community's chart makes these volumes by itself.",
  ),
  only(release, /minVersion$/, ["remove"], "Go's own least version is TLS 1.2."),
  only(release, /\.retention$/, ["remove"], "Alertmanager's own is the 120 hours that are there."),
  only(release, /(?:minAvailable|PodDisruptionBudget\.minAvailable)$/, ["remove"], "The charts' own is one."),
  only(
    release,
    /^values\.(?:pdb|podDisruptionBudget|global\.pdb)(?:\.(?:enabled|create))?$/,
    ["remove"],
    "The chart's own default, or one pod, of which a budget would hold up every upgrade.",
  ),
  only(
    release,
    /certManager\.enabled$|certController\.create$|enableCertificateOwnerRef$/,
    ["remove", "weaken"],
    "The chart then makes a certificate by itself, which only the API server looks at.",
  ),
  only(
    release,
    /config\.(?:datasource\.(?:passwordFile|user)|existingSecret\.enabled|forceLegacyConfig)$/,
    ["remove"],
    "Without it the program has no password or configuration and is refused or does not start.",
  ),
  only(
    release,
    /^values\.controller\./,
    ["remove"],
    "HAProxy's chart has the same by default; a whitelist that is shorter is narrower.",
  ),
  only(
    release,
    /(?:caFile|certFile|ca_file|cert_file|--prometheus-ca-file|client-tls-\w+)$/,
    ["remove"],
    "A client without its file is refused by the server.",
  ),
  only(
    release,
    /^values\.global\.(?:networkPolicies)$/,
    ["remove"],
    "The chart's policies only allow; default-deny is the stack's own.",
  ),
  only(
    release,
    /existingSecret$|admin\.passwordKey$|GF_SECURITY_ADMIN_\w+$/,
    ["remove"],
    "Said twice, and one is enough; a claim without its Secret does not start.",
  ),
  only(
    release,
    /grafana\.ini\./,
    ["remove"],
    "Grafana's own default is as safe, or nobody can log in: no form, no passwords, no provider.",
  ),
  only(
    release,
    /grafana\.ini\.auth\.\w+\.enabled$/,
    ["weaken"],
    "Nobody can log in then: the form and passwords are off.",
  ),
  only(release, /(?:liveness|readiness)Probe(?:\.enabled)?$/, ["remove"], "The chart's own probes."),
  only(
    release,
    /enableAdminAPI$|rbac\.create$|process\w+$|crds\.create\w+$/,
    ["remove"],
    "The default is false, or one that the stack's own settings of the pack refuse where it matters.",
  ),
  only(
    release,
    /replicas$|replicaCount$/,
    ["remove", "weaken"],
    "PushGateway is one: two would not replicate.",
  ),
  only(
    release,
    /extraArgs\.\*\.--(?:receive\.(?:limits-config-file|replication-factor)|persistence\.interval|ignore-deletion-marks-delay)$/,
    ["remove"],
    "How much is taken at once and how often it is written; Thanos' and PushGateway's own defaults.",
  ),
  only(
    scripts,
    /--(?:data\.retention|delete-delay|ignore-deletion-marks-delay|persistence\.interval|tsdb\.retention|redis\.password-file|tls-server-ca-cert-file|web\.enable-lifecycle)$/,
    ["remove"],
    "The programs' own defaults: 120 and 48 hours, 24 hours, five minutes, two days; Redis refuses without a password; nobody reloads.",
  ),
];

/** Why the mutant weakens nothing; undefined where it does. */
export function reasonOf({
  type,
  shape,
  operator,
}: Pick<Mutant, "type" | "shape" | "operator">): string | undefined {
  return neutral.find(
    (one) => one.type.test(type) && one.shape.test(shape) && one.operators.includes(operator),
  )?.why;
}

function only(type: RegExp, shape: RegExp, operators: readonly Mutant["operator"][], why: string): Neutral {
  return { type, shape, operators, why };
}
