/** Somebody else's Windows machine in Azure that runs Prometheus by itself: no address, no open port, one script. */
import type { Given } from "../evaluation.ts";

const group = "/subscriptions/6b1f0b9e-54f0-4a8c-9a3e-0d7b2c9b1a11/resourceGroups/rg-mon";
const place = { location: "northeurope", resourceGroupName: "rg-mon" };
const tags = { costCenter: "4711", owner: "monitoring" };
const network = `${group}/providers/Microsoft.Network`;

/** Installs Prometheus as a service, with TLS and one user, on the data disk. */
const installation = `
$ErrorActionPreference = "Stop"
[Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12
$archive = "$env:TEMP\\prometheus.zip"
Invoke-WebRequest -UseBasicParsing -Uri "https://downloads.contoso.example/prometheus-3.15.0.windows-amd64.zip" -OutFile $archive
if ((Get-FileHash $archive -Algorithm SHA256).Hash -ne "4F6B9E0C7A1D2E3F4A5B6C7D8E9F00112233445566778899AABBCCDDEEFF0011") { throw "not the archive that was tested" }
Expand-Archive $archive -DestinationPath "C:\\Program Files" -Force
@"
tls_server_config:
  cert_file: F:\\tls\\tls.crt
  key_file: F:\\tls\\tls.key
  min_version: TLS12
basic_auth_users:
  grafana: $2y$12$Vn1l8j9x4Qe5yQ6c2yqFKOe0r4Yb8Zl1m2n3o4p5q6r7s8t9u0v1w
"@ | Set-Content -Encoding ascii "F:\\prometheus\\web.yml"
& nssm.exe install prometheus "C:\\Program Files\\prometheus\\prometheus.exe" --config.file=F:\\prometheus\\prometheus.yml --storage.tsdb.path=F:\\prometheus\\data --storage.tsdb.retention.time=30d --storage.tsdb.retention.size=80GB --web.config.file=F:\\prometheus\\web.yml --web.listen-address=0.0.0.0:9090
& nssm.exe set prometheus ObjectName "NT SERVICE\\prometheus"
Start-Service prometheus
`;

export const windowsMachine: readonly Given[] = [
  {
    type: "azure-native:network/v20240501:NetworkSecurityGroup",
    name: "machines",
    props: {
      ...place,
      networkSecurityGroupName: "nsg-machines",
      securityRules: [
        {
          name: "prometheus-from-grafana",
          priority: 300,
          direction: "Inbound",
          access: "Allow",
          protocol: "Tcp",
          sourceAddressPrefixes: ["10.60.4.0/27"],
          sourcePortRange: "*",
          destinationAddressPrefix: "*",
          destinationPortRange: "9090",
        },
        {
          name: "the-rest",
          priority: 4096,
          direction: "Inbound",
          access: "Deny",
          protocol: "*",
          sourceAddressPrefix: "*",
          sourcePortRange: "*",
          destinationAddressPrefix: "*",
          destinationPortRange: "*",
        },
      ],
    },
  },
  {
    type: "azure-native:network/v20240501:Subnet",
    name: "machines-subnet",
    props: {
      resourceGroupName: "rg-mon",
      virtualNetworkName: "vnet-mon",
      subnetName: "machines",
      addressPrefix: "10.60.0.0/24",
      defaultOutboundAccess: false,
      networkSecurityGroup: { id: `${network}/networkSecurityGroups/nsg-machines` },
      natGateway: { id: `${network}/natGateways/ng-mon` },
    },
  },
  {
    type: "azure-native:network/v20240501:NetworkInterface",
    name: "nic",
    props: {
      ...place,
      networkInterfaceName: "nic-mon-1",
      enableIPForwarding: false,
      ipConfigurations: [
        {
          name: "own",
          privateIPAllocationMethod: "Dynamic",
          subnet: { id: `${network}/virtualNetworks/vnet-mon/subnets/machines` },
        },
      ],
    },
  },
  {
    type: "azure-native:compute/v20240301:Disk",
    name: "samples",
    props: {
      tags,
      ...place,
      diskName: "disk-samples-1",
      sku: { name: "Premium_LRS" },
      diskSizeGB: 128,
      creationData: { createOption: "Empty" },
      networkAccessPolicy: "DenyAll",
      publicNetworkAccess: "Disabled",
    },
    protect: true,
  },
  {
    type: "azure-native:compute/v20240301:VirtualMachine",
    name: "machine",
    props: {
      tags,
      ...place,
      vmName: "vm-mon-1",
      zones: ["1"],
      identity: { type: "SystemAssigned" },
      hardwareProfile: { vmSize: "Standard_D4s_v5" },
      securityProfile: {
        encryptionAtHost: true,
        securityType: "TrustedLaunch",
        uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
      },
      osProfile: {
        computerName: "vm-mon-1",
        adminUsername: "operator",
        adminPassword: "[secret]",
        allowExtensionOperations: true,
        windowsConfiguration: {
          enableAutomaticUpdates: true,
          provisionVMAgent: true,
          patchSettings: {
            patchMode: "AutomaticByPlatform",
            assessmentMode: "AutomaticByPlatform",
            automaticByPlatformSettings: { rebootSetting: "IfRequired" },
          },
        },
      },
      networkProfile: {
        networkInterfaces: [{ id: `${network}/networkInterfaces/nic-mon-1`, primary: true }],
      },
      storageProfile: {
        imageReference: {
          publisher: "MicrosoftWindowsServer",
          offer: "WindowsServer",
          sku: "2022-datacenter-g2",
          version: "latest",
        },
        osDisk: {
          createOption: "FromImage",
          deleteOption: "Delete",
          managedDisk: { storageAccountType: "Premium_LRS" },
        },
        dataDisks: [
          {
            lun: 0,
            createOption: "Attach",
            deleteOption: "Detach",
            managedDisk: { id: `${group}/providers/Microsoft.Compute/disks/disk-samples-1` },
          },
        ],
      },
    },
  },
  {
    type: "azure-native:compute/v20240301:VirtualMachineRunCommandByVirtualMachine",
    name: "prometheus",
    props: {
      ...place,
      vmName: "vm-mon-1",
      runCommandName: "prometheus",
      asyncExecution: false,
      timeoutInSeconds: 1_200,
      treatFailureAsDeploymentFailure: true,
      source: { script: installation },
    },
  },
];
