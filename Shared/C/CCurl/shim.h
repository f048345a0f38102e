// libcurl; its option setters are variadic, so Swift sees them through these.
#pragma once
#include <curl/curl.h>
