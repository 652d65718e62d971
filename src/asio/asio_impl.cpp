// Boost.Asio and Boost.Beast, compiled once for the whole program (BOOST_*_SEPARATE_COMPILATION): each room that uses
// them links straycat_asio, so that no two libraries hold the same definitions.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
