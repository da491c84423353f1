/** `npm run tools`: the pinned toolchain; see tools/install.ts. */
await import("../tools/install.ts");
