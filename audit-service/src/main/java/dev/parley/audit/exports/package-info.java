/**
 * Exports of many conversations as jobs: one thread writes them piece by piece into a file, which
 * stays here or goes to an S3-compatible store. After a restart a job goes on where its file ends.
 */
@NullMarked
package dev.parley.audit.exports;

import org.jspecify.annotations.NullMarked;
