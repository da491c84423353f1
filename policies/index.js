// The SDK's own compiler would take a main file in TypeScript, and does not know imports that end in .ts: Node does.
import "./pack.ts";
