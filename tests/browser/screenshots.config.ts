import tests from "./playwright.config";

/** The pictures of the documentation, taken from a fresh stack. */
export default { ...tests, testMatch: "screenshots.ts", timeout: 180_000, use: { ...tests.use, viewport: { width: 1280, height: 800 } } };
