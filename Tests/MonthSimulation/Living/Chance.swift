import RealTimeTesting
import Synchronization

/// One seeded generator for all that ask at the same time.
final class Chance: Sendable {
    private let generator: Mutex<SeededGenerator>

    init(seed: UInt64) { self.generator = Mutex(SeededGenerator(seed: seed)) }

    func number() -> Double { self.generator.withLock { Double.random(in: 0..<1, using: &$0) } }
}
