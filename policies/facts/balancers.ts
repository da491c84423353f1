/** Load balancers of AWS. */

export const balancers = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];

export const isForHttp = (kind: unknown): boolean => kind === undefined || kind === "application";
