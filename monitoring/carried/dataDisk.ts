/** A machine's data disk: found by its label when it was used before, taken when it is the one empty disk, never guessed. */
import type { Machine, MachineStep } from "../machines.ts";
import { literal } from "../windows/powershell.ts";

const label = "vigil-data";

/** Formats the disk once and mounts it at a folder; a machine that is made anew finds its data again. */
export function diskStep({ name, system }: Machine, folder: string): MachineStep {
  return {
    name: `${name}-disk`,
    machine: name,
    shell: system === "windows" ? "powershell" : "bash",
    install: system === "windows" ? windows(folder) : linux(folder),
    remove: "",
    values: [],
    after: [],
  };
}

function windows(folder: string): string {
  return `$ErrorActionPreference = 'Stop'
$label = '${label}'
$folder = ${literal(folder)}
# Windows leaves a disk that it has not seen before offline.
foreach ($disk in @(Get-Disk | Where-Object { $_.IsOffline -and -not $_.IsBoot })) {
  Set-Disk -Number $disk.Number -IsOffline $false
  Set-Disk -Number $disk.Number -IsReadOnly $false
}
$volume = @(Get-Volume | Where-Object { $_.FileSystemLabel -eq $label })
if ($volume.Count -gt 1) { throw "$($volume.Count) volumes are labelled $label; one is expected: detach the others" }
if ($volume.Count -eq 0) {
  $empty = @(Get-Disk | Where-Object { $_.PartitionStyle -eq 'RAW' })
  if ($empty.Count -ne 1) { throw "no volume is labelled $label, and $($empty.Count) disks are empty where one is expected" }
  Initialize-Disk -Number $empty[0].Number -PartitionStyle GPT
  $partition = New-Partition -DiskNumber $empty[0].Number -UseMaximumSize
  $volume = @(Format-Volume -Partition $partition -FileSystem NTFS -NewFileSystemLabel $label -Confirm:$false)
}
$partition = Get-Partition -Volume $volume[0]
$most = (Get-PartitionSupportedSize -DiskNumber $partition.DiskNumber -PartitionNumber $partition.PartitionNumber).SizeMax
if ($partition.Size -lt $most - 1048576) {
  Resize-Partition -DiskNumber $partition.DiskNumber -PartitionNumber $partition.PartitionNumber -Size $most
}
if ($partition.AccessPaths -notcontains "$folder\\") {
  if (-not (Test-Path -LiteralPath $folder)) { [void](New-Item -ItemType Directory -Path $folder -Force) }
  if (@(Get-ChildItem -LiteralPath $folder -Force).Count -ne 0) { throw "$folder is not empty, so that no disk can be mounted there" }
  Add-PartitionAccessPath -DiskNumber $partition.DiskNumber -PartitionNumber $partition.PartitionNumber -AccessPath $folder
}
`;
}

function linux(folder: string): string {
  return `set -euo pipefail
label=${label}
folder=${folder}
device=$(blkid -L "$label" || true)
if [ -z "$device" ]; then
  empty=()
  while read -r disk kind; do
    [ "$kind" = disk ] || continue
    # No partition, nothing that holds it, and no signature of anything.
    if [ "$(lsblk -nro NAME "$disk" | wc -l)" = 1 ] && [ -z "$(wipefs "$disk")" ]; then empty+=("$disk"); fi
  done < <(lsblk -dnpo NAME,TYPE)
  if [ "\${#empty[@]}" -ne 1 ]; then
    echo "no disk is labelled $label, and \${#empty[@]} disks are empty where one is expected" >&2
    exit 1
  fi
  device=\${empty[0]}
  mkfs.ext4 -q -L "$label" "$device"
fi
mkdir -p "$folder"
grep -q "^LABEL=$label " /etc/fstab || echo "LABEL=$label $folder ext4 defaults,nofail 0 2" >>/etc/fstab
systemctl daemon-reload
mountpoint -q "$folder" || mount "$folder"
resize2fs "$device"
`;
}
