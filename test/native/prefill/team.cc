// Steps of work that a team shares: each task is done once, before `run` returns, and none after it.
// Usage: team STEPS. Prints how many tasks helpers did.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "../../../native/prefill/team.h"

using llama_reward::prefill::Team;

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  const int steps = std::atoi(argv[1]);
  long helped = 0;
  // More threads than processors, so that some come too late.
  for (const int size : {1, 2, 3, 8}) {
    Team team(size);
    for (int step = 0; step < steps; step++) {
      // Plain numbers: what a helper wrote must be seen when `run` returns.
      std::vector<int> done(1 + static_cast<size_t>(step % 40), 0);
      std::vector<long> by(static_cast<size_t>(size), 0);
      std::atomic<size_t> next{0};
      std::atomic<bool> is_over{false};
      team.run([&](int thread) {
        for (size_t task = next++; task < done.size(); task = next++) {
          done[task]++;
          by[static_cast<size_t>(thread)]++;
          if (is_over)
            std::exit(std::printf("FAILED: work after the end of a step\n"));
        }
      });
      is_over = true;
      for (const int count : done)
        if (count != 1)
          std::exit(std::printf("FAILED: a task was done %d times\n", count));
      for (size_t thread = 1; thread < by.size(); thread++)
        helped += by[thread];
      // Now and then long enough for all to fall asleep.
      if (step % 500 == 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  std::printf("%ld\n", helped);
  return 0;
}
