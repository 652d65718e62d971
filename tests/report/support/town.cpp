// The small clusters of the survey's tests, for the reports of them.
#include "survey/support/town.cpp"  // NOLINT(bugprone-suspicious-include)
