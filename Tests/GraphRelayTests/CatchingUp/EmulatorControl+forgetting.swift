@testable import GraphEmulator

extension EmulatorControl {
    /// Makes all links worthless that Graph gave to those who ask what has changed.
    func forgetChanges() {
        self.state.change { graph, _ in
            for tenant in graph.contents.keys { graph.contents[tenant]?.forgetChanges() }
        }
    }
}
