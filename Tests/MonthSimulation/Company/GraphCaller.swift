import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Changes things at the emulated Graph over its own paths, as people's applications do.
struct GraphCaller: Sendable {
    /// The emulator's address.
    let address: String

    /// - Returns: The id in the answer, if there is one.
    @discardableResult
    func send(_ method: HTTPMethod, _ path: String, _ body: String? = nil) async throws -> String {
        var request = HTTPClientRequest(url: "\(self.address)/v1.0/\(path)")
        request.method = method
        if let body {
            request.headers.add(name: "Content-Type", value: path.hasSuffix("content") ? "text/plain" : "application/json")
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let data = Data(try await response.body.collect(upTo: 1 << 20).readableBytesView)
        guard (200..<300).contains(response.status.code) else {
            throw MonthFailure("\(method) \(path): \(String(decoding: data, as: UTF8.self))")
        }
        return ((try? JSONSerialization.jsonObject(with: data)) as? [String: Any])?["id"] as? String ?? ""
    }
}
