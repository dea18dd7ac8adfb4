@NullMarked
package dev.parley.audit.command;

import org.jspecify.annotations.NullMarked;
