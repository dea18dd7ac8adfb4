/** Tests of the worker as a whole, against a real broker. */
package dev.parley.worker;
