// Which names a host may give us: under any other one nothing of ours shall be sealed, since it may be somebody's.
#pragma once

#include <string>

namespace chat {

// Whether a host that was asked for this name may call us so: a taken one gets a number, -2, -3 ..., and is cut where
// it is too long for that. Where none was wanted: as is_given() says. Pure.
bool may_be_called(const std::string& name, const std::string& wanted);
// clint1, clint2 ...: what the host gives to those without a name of their own. Pure.
bool is_given(const std::string& name);

}  // namespace chat
