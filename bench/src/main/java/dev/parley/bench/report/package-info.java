/**
 * What was found, for machines and for people: distributions, plots, one page, one JSON file and a
 * summary. Everything here is a pure function of its input; only {@link
 * dev.parley.bench.report.ReportFolder} touches files.
 */
@NullMarked
package dev.parley.bench.report;

import org.jspecify.annotations.NullMarked;
