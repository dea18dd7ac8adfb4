/** The page, driven by a real browser. */
package dev.parley.e2e.browser;
