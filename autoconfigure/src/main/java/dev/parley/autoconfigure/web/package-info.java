/** How REST answers: problem+json with the codes of the contract. */
@NullMarked
package dev.parley.autoconfigure.web;

import org.jspecify.annotations.NullMarked;
