/**
 * The built-in demonstration model: real text at a real pace without a key, and every failure of a
 * provider on demand. It never claims to be a model.
 */
@NullMarked
package dev.parley.worker.provider.demo;

import org.jspecify.annotations.NullMarked;
