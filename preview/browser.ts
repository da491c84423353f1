/** A headless Chromium that opens pages of this machine and nothing else. */
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { pathToFileURL } from "node:url";

export interface OpenedPage {
  /** Graphs that were drawn. */
  readonly drawn: number;
  /** Of them those whose canvas has more than one colour. */
  readonly inked: number;
  /** What the page complained of. */
  readonly complaints: readonly string[];
}

const width = 1_440;

export async function openBrowser(program: string): Promise<Browser> {
  return puppeteer.launch({
    executablePath: program,
    // Chromium's sandbox needs user namespaces or a program that is setuid, and is refused to root.
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--hide-scrollbars",
      "--disable-dev-shm-usage",
    ],
    defaultViewport: { width, height: 900 },
  });
}

/** Opens a file, waits until its graphs are drawn, and writes a picture of all of it where one is wanted. */
export async function openPage(
  browser: Browser,
  file: string,
  options: { readonly picture?: string; readonly theme?: "light" | "dark" } = {},
): Promise<OpenedPage> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warn") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error instanceof Error ? error.message : String(error)));
  page.on("requestfailed", (request) => complaints.push(`${request.url().slice(0, 200)} failed`));
  try {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: options.theme ?? "light" }]);
    await page.goto(pathToFileURL(file).href);
    const hasGraphs = (await page.$("#graphs")) !== null;
    if (hasGraphs) await page.waitForSelector("html[data-drawn]");
    const { drawn, inked } = await countCanvases(page);
    if (options.picture !== undefined)
      await page.screenshot({ path: options.picture, fullPage: true, type: "png" });
    return { drawn, inked, complaints };
  } finally {
    await page.close();
  }
}

/** Evaluated in the page, which knows the DOM; this program does not. */
async function countCanvases(page: Page): Promise<{ drawn: number; inked: number }> {
  return (await page.evaluate(`(() => {
    const canvases = [...document.querySelectorAll(".chart canvas")];
    const inked = canvases.filter((canvas) => {
      const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      const colours = new Set();
      for (let at = 0; at < pixels.length && colours.size < 3; at += 4)
        if (pixels[at + 3] > 40) colours.add(pixels[at] + "," + pixels[at + 1] + "," + pixels[at + 2]);
      return colours.size >= 3;
    });
    return { drawn: canvases.length, inked: inked.length };
  })()`)) as { drawn: number; inked: number };
}
