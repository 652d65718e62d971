#include "cluster/dataplane/node_net.hpp"

namespace straycat::cluster {
namespace {

constexpr std::uint32_t pods_of_all = 0x0af40000;  // 10.244.0.0/16
constexpr int length_of_all = 16, length_of_one = 20;

NodeNet node_net(int index, int length) {
  NodeNet out;
  out.index = index;
  out.block = {pods_of_all + (static_cast<std::uint32_t>(index) << (32 - length)), length};
  const auto text = AddressBlock{out.block.first + 1, 32}.text();
  out.address = text.substr(0, text.find('/'));
  return out;
}

}  // namespace

std::vector<NodeNet> node_nets(int count) {
  std::vector<NodeNet> out;
  for (int index = 0; index < count; ++index)
    out.push_back(node_net(index, count == 1 ? length_of_all : length_of_one));
  return out;
}

}  // namespace straycat::cluster
