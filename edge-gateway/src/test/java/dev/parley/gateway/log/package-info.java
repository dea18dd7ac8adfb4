/** Tables of the package's pure parts. */
package dev.parley.gateway.log;
