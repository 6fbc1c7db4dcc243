import Synchronization

/// Lets nothing be created until the notification URLs have answered as Graph wants them to, once.
final class EndpointGate: Sendable {
    private let probe: EndpointProbe
    private let urls: [String]
    private let isOpen = Atomic(false)

    init(_ probe: EndpointProbe, urls: [String]) {
        self.probe = probe
        self.urls = urls
    }

    /// - Throws: What is wrong with a URL, in one sentence.
    func pass() async throws(GraphError) {
        guard !self.isOpen.load(ordering: .relaxed) else { return }
        for url in self.urls { try await self.probe.check(url) }
        self.isOpen.store(true, ordering: .relaxed)
    }
}
