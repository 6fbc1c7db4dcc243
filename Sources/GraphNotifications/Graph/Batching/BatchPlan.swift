/// Which requests go together: those that depend on each other in one batch by themselves, the others as many as fit.
///
/// Graph does not take batches in which some depend on each other and some do not.
struct BatchPlan {
    /// Places of requests, batch by batch.
    private(set) var batches: [[Int]] = []
    /// What cannot be sent, and why.
    private(set) var refused: [Int: String] = [:]

    /// - Parameters:
    ///   - pending: The places of what is to be sent, in order.
    ///   - dependencies: On which place another depends. Those that are not pending are over.
    ///   - size: How many a batch may have.
    init(_ pending: [Int], dependencies: [Int: Int], size: Int) {
        let isPending = Set(pending)
        var roots: [Int: Int] = [:]
        var chains: [Int: [Int]] = [:]
        for place in pending {
            let other = dependencies[place]
            guard let other, isPending.contains(other) || other < 0 || other >= place else {
                roots[place] = place
                continue
            }
            // An earlier one has its root already, unless it is refused itself.
            guard other < place, let root = roots[other] else {
                self.refused[place] = "A request in a batch can depend on an earlier one only."
                continue
            }
            roots[place] = root
            chains[root, default: [root]].append(place)
        }
        for chain in chains.values.sorted(by: { $0[0] < $1[0] }) {
            if chain.count <= size {
                self.batches.append(chain)
            } else {
                for place in chain {
                    self.refused[place] = "More than \(size) requests that depend on each other do not fit into a batch."
                }
            }
        }
        let free = pending.filter { roots[$0] == $0 && chains[$0] == nil }
        for start in stride(from: 0, to: free.count, by: size) {
            self.batches.append(Array(free[start..<min(start + size, free.count)]))
        }
    }
}
