/**
 * Whether the one who runs the program is among the administrators. A role shows itself as a session of it
 * (`arn:aws:sts::1:assumed-role/deploy/ci`), without the path that the role's own ARN may have.
 */
export function mayAdminister(caller: string, administrators: readonly string[]): boolean {
  const session = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(caller);
  return administrators.some((principal) => {
    if (principal === caller) return true;
    const role = /^arn:([^:]+):iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(principal);
    return [1, 2, 3].every((part) => role?.[part] !== undefined && role[part] === session?.[part]);
  });
}
