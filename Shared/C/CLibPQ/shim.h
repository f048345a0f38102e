// PostgreSQL's client library.
#pragma once
#include <libpq-fe.h>

/// libpq's field codes are character literals in macros, which Swift does not see.
enum {
    CPQ_FIELD_SEVERITY = PG_DIAG_SEVERITY_NONLOCALIZED,
    CPQ_FIELD_SQLSTATE = PG_DIAG_SQLSTATE,
    CPQ_FIELD_MESSAGE = PG_DIAG_MESSAGE_PRIMARY,
    CPQ_FIELD_TABLE = PG_DIAG_TABLE_NAME,
    CPQ_FIELD_COLUMN = PG_DIAG_COLUMN_NAME,
    CPQ_FIELD_CONSTRAINT = PG_DIAG_CONSTRAINT_NAME,
};
