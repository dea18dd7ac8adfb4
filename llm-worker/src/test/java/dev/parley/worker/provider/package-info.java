/** One contract for every provider, and what each does beyond it. */
package dev.parley.worker.provider;
