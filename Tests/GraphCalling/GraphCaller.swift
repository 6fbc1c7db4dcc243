import AsyncHTTPClient
import Foundation
import NIOCore
package import NIOHTTP1

/// Changes things at an emulated Graph over its own paths, as people's applications do.
package struct GraphCaller: Sendable {
    /// What came back.
    package struct Answer: Sendable {
        package var isSuccess: Bool
        package var text: String

        /// The id of what it speaks of; empty if it names none.
        package var id: String {
            let object = try? JSONSerialization.jsonObject(with: Data(self.text.utf8)) as? [String: Any]
            return object?["id"] as? String ?? ""
        }
    }

    /// The address of a version of Graph, without a slash at its end.
    package let base: String

    package init(base: String) { self.base = base }

    package func call(_ method: HTTPMethod, _ path: String, _ body: String? = nil) async throws -> Answer {
        var request = HTTPClientRequest(url: "\(self.base)/\(path)")
        request.method = method
        if let body {
            request.headers.add(name: "Content-Type", value: path.hasSuffix("content") ? "text/plain" : "application/json")
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
        return Answer(isSuccess: (200..<300).contains(response.status.code), text: text)
    }
}
