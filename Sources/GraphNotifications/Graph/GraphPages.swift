public import NIOHTTP1

/// A list at Graph, page by page; each is asked for when it is wanted.
public struct GraphPages: AsyncSequence, Sendable {
    public typealias Element = GraphPage
    public typealias Failure = GraphError

    let client: GraphClient
    let url: String
    let headers: HTTPHeaders
    let maximumPages: Int
    let action: String

    public func makeAsyncIterator() -> Iterator {
        Iterator(pages: self, next: self.url)
    }

    /// Goes through the pages.
    public struct Iterator: AsyncIteratorProtocol {
        let pages: GraphPages
        var next: String?
        var count = 0

        /// The next page; `nil` after the last one.
        ///
        /// - Throws: ``GraphError/Code/requestRefused`` if the list goes on at another host, or for too long; what
        ///   ``GraphClient/get(_:query:headers:)`` throws.
        public mutating func next() async throws(GraphError) -> GraphPage? {
            guard let url = self.next else { return nil }
            self.next = nil
            guard self.count < self.pages.maximumPages else {
                throw GraphError(.requestRefused, "Graph's list has more than \(self.pages.maximumPages) pages.")
            }
            self.count += 1
            let client = self.pages.client
            let response = try await client.perform(
                GraphCall(
                    .GET, try client.url(url), path: client.relative(url), headers: self.pages.headers,
                    to: self.pages.action
                )
            )
            guard let page = try? GraphPage(response.body) else {
                throw GraphError.unreadable(response, to: self.pages.action)
            }
            self.next = page.nextLink
            return page
        }
    }
}

extension GraphClient {
    /// Reads a list, following its links on the same host.
    ///
    /// - Parameters:
    ///   - path: Relative to Graph's version, or a whole URL that Graph gave, such as a delta link.
    ///   - query: Added to the path, encoded. Links carry it on.
    ///   - headers: Of each request, for example `Prefer`.
    ///   - maximumPages: After so many the sequence fails instead of going on.
    /// - Throws: ``GraphError/Code/requestRefused`` if the path is of another host.
    public func pages(
        _ path: String, query: [(String, String)] = [], headers: HTTPHeaders = [:], maximumPages: Int = 10_000
    ) throws(GraphError) -> GraphPages {
        GraphPages(
            client: self, url: try self.url(path, query: query), headers: headers, maximumPages: maximumPages,
            action: "read the list"
        )
    }
}
