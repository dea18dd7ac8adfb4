/** What two services or more need from Spring, and nothing that only one needs. */
@NullMarked
package dev.parley.autoconfigure;

import org.jspecify.annotations.NullMarked;
