/** Tests of the one-command run, on the real broker and the real database. */
@org.jspecify.annotations.NullMarked
package dev.parley.standalone;
