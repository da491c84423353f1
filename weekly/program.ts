import { readFileSync } from "node:fs";

/** Text of the program that queries and mails; what it is given is `SummarySettings` of `monitoring/kubernetes/weeklySummary.ts`. */
export const summaryProgram = readFileSync(new URL("summary.py", import.meta.url), "utf8");
