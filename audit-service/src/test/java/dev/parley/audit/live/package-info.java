@NullMarked
package dev.parley.audit.live;

import org.jspecify.annotations.NullMarked;
