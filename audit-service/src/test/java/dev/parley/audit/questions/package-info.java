/** The auditors' questions over a generated record: their answers' times and PostgreSQL's plans. */
@NullMarked
package dev.parley.audit.questions;

import org.jspecify.annotations.NullMarked;
