/** How text becomes frames. */
package dev.parley.worker.context;
