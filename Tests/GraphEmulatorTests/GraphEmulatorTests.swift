import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import Testing

@testable import GraphEmulator

@Suite(.timeLimit(.minutes(1))) struct GraphEmulatorTests {
    @Test func everyAnswerCarriesGraphsHeaders() async throws {
        try await withEmulator { emulator in
            let answer = try await emulator.send(.GET, "/v1.0/users", fields: [("client-request-id", "mine")])
            #expect(answer.status == 200)
            #expect(answer.fields.first(name: "client-request-id") == "mine")
            #expect(answer.fields.first(name: "request-id")?.count == 36)
            #expect(answer.fields.first(name: "date") != nil)
            #expect(answer.fields.first(name: "x-ms-ags-diagnostic")?.contains("ServerInfo") == true)
            #expect(answer.fields.first(name: "content-type")?.hasPrefix("application/json;odata.metadata=minimal") == true)
            let without = try await emulator.send(.GET, "/v1.0/nonsense")
            #expect(without.fields.first(name: "client-request-id") == without.fields.first(name: "request-id"))
        }
    }

    /// The whole body of an error, word for word.
    @Test func errorsHaveGraphsShape() async throws {
        try await withEmulator {
            $0.clock = StoppedClock().clock
        } _: { emulator in
            let answer = try await emulator.send(.GET, "/v1.0/subscriptions", fields: [("client-request-id", "mine")])
            let id = try #require(answer.fields.first(name: "request-id"))
            #expect(answer.status == 401)
            #expect(answer.fields.first(name: "content-type") == "application/json")
            #expect(answer.fields.first(name: "www-authenticate") == "Bearer realm=\"\"")
            #expect(
                answer.body
                    == #"{"error":{"code":"InvalidAuthenticationToken","message":"Access token is empty.","innerError":{"date":"2026-11-24T09:30:00","request-id":"\#(id)","client-request-id":"mine"}}}"#
            )
        }
    }

    private static let wrong: [(HTTPMethod, String, String?, Int, String, String?)] = [
        (.GET, "/nonsense", nil, 404, "NotFound", nil),
        (.GET, "/v3.0/users", nil, 404, "NotFound", nil),
        (.POST, "/", nil, 405, "Request_BadRequest", nil),
        (.GET, "/v1.0/nonsense", nil, 404, "ResourceNotFound", "Resource not found for the segment 'nonsense'."),
        (.GET, "/v1.0/users/nobody@example.com", nil, 404, "Request_ResourceNotFound", nil),
        (.PUT, "/v1.0/users", "{}", 405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."),
        (.GET, "/v1.0/users/nobody/messages", nil, 404, "ErrorInvalidUser", "The requested user 'nobody' is invalid."),
        (.GET, "/v1.0/users/sales@example.com/mailFolders/x/messages", nil, 404, "ErrorItemNotFound", nil),
        (
            .GET, "/v1.0/users/sales@example.com/messages/AAMk=", nil, 404, "ErrorItemNotFound",
            "The specified object was not found in the store."
        ),
        (.PATCH, "/v1.0/users/sales@example.com/messages/AAMk=", "{", 404, "ErrorItemNotFound", nil),
        (.DELETE, "/v1.0/users/sales@example.com/messages/AAMk=", nil, 404, "ErrorItemNotFound", nil),
        (.DELETE, "/v1.0/users/sales@example.com/messages", nil, 405, "Request_BadRequest", nil),
        (.POST, "/v1.0/users/sales@example.com/messages", nil, 400, "BadRequest", "Empty Payload. JSON content expected."),
        (.POST, "/v1.0/users/sales@example.com/messages", "{\"subject\":", 400, "BadRequest", nil),
        (.POST, "/v1.0/users/sales@example.com/messages", "{\"x\":1}", 400, "RequestBodyRead", nil),
        (.GET, "/v1.0/users/sales@example.com/messages?$filter=x%20eq", nil, 400, "BadRequest", nil),
        (.GET, "/v1.0/users/sales@example.com/messages?$top=0", nil, 400, "BadRequest", nil),
        (.GET, "/v1.0/users/sales@example.com/messages?$skip=x", nil, 400, "BadRequest", nil),
        (.POST, "/v1.0/subscriptions", "{}", 401, "InvalidAuthenticationToken", nil),
    ]

    private static let wrongWithToken: [(HTTPMethod, String, String?, Int, String, String?)] = [
        (.POST, "/v1.0/subscriptions", "{", 400, "InvalidRequest", nil),
        (.POST, "/v1.0/subscriptions", nil, 400, "InvalidRequest", nil),
        (
            .POST, "/v1.0/subscriptions", "{}", 400, "InvalidRequest",
            "changeType is a required property for subscription creation"
        ),
        (.GET, "/v1.0/subscriptions/x", nil, 404, "ResourceNotFound", "The object was not found."),
        (.PATCH, "/v1.0/subscriptions/x", "{\"notificationUrl\":\"x\"}", 404, "ResourceNotFound", "The object was not found."),
        (.DELETE, "/v1.0/subscriptions/x", nil, 404, "ResourceNotFound", "The object was not found."),
        (.POST, "/v1.0/subscriptions/x/reauthorize", nil, 404, "ResourceNotFound", "The object was not found."),
        (.PUT, "/v1.0/subscriptions/x", "{}", 405, "Request_BadRequest", nil),
        (.GET, "/v1.0/subscriptions?$skiptoken=x", nil, 400, "BadRequest", nil),
        (.GET, "/v1.0/subscriptions?$filter=x", nil, 400, "BadRequest", nil),
    ]

    @Test func whatIsWrongIsSaid() async throws {
        try await withEmulator { emulator in
            let signedIn = try await emulator.signedIn()
            for (caller, table) in [(emulator, Self.wrong), (signedIn, Self.wrongWithToken)] {
                for (method, path, body, status, code, message) in table {
                    let answer = try await caller.send(method, path, body)
                    #expect(answer.status == status, "\(method) \(path)")
                    #expect(try answer.error.first == code, "\(method) \(path)")
                    if let message { #expect(try answer.error.last == message, "\(method) \(path)") }
                }
            }
            let patched = try await signedIn.send(.PATCH, "/v1.0/subscriptions", "{}")
            #expect(patched.status == 404)
            #expect(
                try patched.error.last
                    == "No HTTP resource was found that matches the request URI '\(emulator.base)/v1.0/subscriptions'."
            )
        }
    }

    @Test func aBodyThatIsTooLarge() async throws {
        try await withEmulator {
            $0.limits.bodyBytes = 1000
        } _: { emulator in
            let body = "{\"subject\":\"\(String(repeating: "x", count: 2000))\"}"
            let answer = try await emulator.send(.POST, "/v1.0/users/sales@example.com/messages", body)
            #expect(answer.status == 413)
            #expect(try answer.error.first == "RequestEntityTooLarge")
        }
    }

    @Test func pagesOfOtherHostsAreRefused() async throws {
        try await withEmulator { emulator in
            for fields in [[("Host", "rebound.example")], [("Origin", "https://evil.example")], [("Origin", "null")]] {
                let answer = try await emulator.send(.GET, "/v1.0/users", fields: fields)
                #expect(answer.status == 403)
                #expect(try answer.error.first == "Forbidden")
            }
            let local = try await emulator.send(.GET, "/v1.0/users", fields: [("Origin", "http://localhost:8080")])
            #expect(local.status == 200)
        }
    }

    @Test func pageAndHealth() async throws {
        try await withEmulator { emulator in
            let page = try await emulator.send(.GET, "/")
            #expect(page.status == 200)
            #expect(page.body.contains("sales@example.com"))
            #expect(!page.body.contains("contoso-development-secret"))
            #expect(try await emulator.send(.GET, "/health/live").status == 200)
        }
    }

    @Test func subscriptionsFromBeginningToEnd() async throws {
        try await withReceiver { receiver in
            try await withEmulator { emulator in
                let emulator = try await emulator.signedIn()
                let created = try await emulator.subscribe(to: receiver.url)
                #expect(created.status == 201)
                let json = try object(created.body)
                #expect(json["@odata.context"] as? String == "\(emulator.base)/v1.0/$metadata#subscriptions/$entity")
                let id = try #require(json["id"] as? String)

                let again = try await emulator.subscribe(to: receiver.url)
                #expect(again.status == 409)
                #expect(
                    try again.error
                        == ["ObjectIdentifierInUse", "Subscription Id \(id) already exists for the requested combination"]
                )
                #expect(try await emulator.send(.GET, "/v1.0/subscriptions/\(id)").body == created.body)
                let list = try await emulator.send(.GET, "/v1.0/subscriptions")
                let values = try #require(try object(list.body)["value"] as? [[String: Any]])
                #expect(values.count == 1)
                #expect(values.first?["clientState"] is NSNull)

                #expect(try await emulator.send(.POST, "/v1.0/subscriptions/\(id)/reauthorize").status == 204)
                let deleted = try await emulator.send(.DELETE, "/beta/subscriptions/\(id)")
                #expect(deleted.status == 204)
                #expect(deleted.body == "")
                #expect(deleted.fields.first(name: "content-length") == nil)
                #expect(try await emulator.send(.DELETE, "/v1.0/subscriptions/\(id)").status == 404)
            }
        }
    }

    @Test func listsHavePages() async throws {
        try await withReceiver { receiver in
            try await withEmulator {
                $0.pageSize = 2
            } _: { emulator in
                let emulator = try await emulator.signedIn()
                for changeType in ["created", "updated", "deleted"] {
                    #expect(try await emulator.subscribe(to: receiver.url, changeType: changeType).status == 201)
                }
                var path: String? = "/v1.0/subscriptions"
                var found: [String] = []
                while let next = path {
                    let page = try object(try await emulator.send(.GET, next).body)
                    found += try #require(page["value"] as? [[String: Any]]).compactMap { $0["changeType"] as? String }
                    path = (page["@odata.nextLink"] as? String)?.replacing(emulator.base, with: "")
                }
                #expect(found == ["created", "updated", "deleted"])
            }
        }
    }

    @Test func anExpiredTokenIsRefusedAndANewOneWorks() async throws {
        let moved = MovedClock()
        try await withEmulator {
            $0.clock = moved.clock
        } _: { emulator in
            let signedIn = try await emulator.signedIn()
            #expect(try await signedIn.send(.GET, "/v1.0/subscriptions").status == 200)
            moved.advance(by: .seconds(3600))
            let refused = try await signedIn.send(.GET, "/v1.0/subscriptions")
            #expect(refused.status == 401)
            #expect(try refused.error.last == "Lifetime validation failed, the token is expired.")
            #expect(try await emulator.signedIn().send(.GET, "/v1.0/subscriptions").status == 200)
        }
    }

    @Test func aWrongSecretIsRefused() async throws {
        try await withEmulator { emulator in
            let answer = try await emulator.send(
                .POST, "/\(EmulatedTenant.contoso.id)/oauth2/v2.0/token",
                "client_id=\(EmulatedApplication.contoso.id)&scope=https://graph.microsoft.com/.default&client_secret=x&grant_type=client_credentials"
            )
            #expect(answer.status == 401)
            let json = try object(answer.body)
            #expect(json["error"] as? String == "invalid_client")
            #expect(json["error_codes"] as? [Int] == [7_000_215])
        }
    }

    @Test func mailFromBeginningToEnd() async throws {
        try await withEmulator { emulator in
            let users = try object(try await emulator.send(.GET, "/v1.0/users").body)
            #expect((users["value"] as? [[String: Any]])?.count == 3)
            let user = try object(try await emulator.send(.GET, "/v1.0/users/ANNA@example.com").body)
            #expect(user["id"] as? String == anna.id)
            #expect(user["displayName"] as? String == "Anna Berg")

            let inbox = "/v1.0/users/\(anna.id)/mailFolders('inbox')/messages"
            let created = try await emulator.send(.POST, inbox, #"{"subject":"Hello"}"#)
            #expect(created.status == 201)
            let id = try #require(try object(created.body)["id"] as? String)
            let path = "/v1.0/users/anna@example.com/messages/\(id.replacing("=", with: "%3D"))"
            let read = try object(try await emulator.send(.GET, path).body)
            #expect(read["subject"] as? String == "Hello")
            #expect(read["@odata.context"] as? String == "\(emulator.base)/v1.0/$metadata#users('\(anna.id)')/messages/$entity")

            let changed = try await emulator.send(.PATCH, path, #"{"isRead":false,"subject":"Hi"}"#)
            #expect(changed.status == 200)
            let after = try object(changed.body)
            #expect(after["subject"] as? String == "Hi")
            #expect(after["isRead"] as? Bool == false)
            #expect(after["changeKey"] as? String != read["changeKey"] as? String)

            #expect(try await emulator.send(.DELETE, path).status == 204)
            #expect(try await emulator.send(.GET, path).status == 404)
        }
    }

    @Test func mailHasPagesNewestFirst() async throws {
        try await withEmulator { emulator in
            var path: String? = "/v1.0/users/sales@example.com/messages?$top=3&$select=subject,receivedDateTime"
            var moments: [String] = []
            while let next = path {
                let page = try object(try await emulator.send(.GET, next).body)
                let values = try #require(page["value"] as? [[String: Any]])
                #expect(values.count <= 3)
                moments += values.compactMap { $0["receivedDateTime"] as? String }
                path = (page["@odata.nextLink"] as? String)?.replacing(emulator.base, with: "")
            }
            #expect(moments.count == 4)
            #expect(moments == moments.sorted(by: >))
            let folders = try object(try await emulator.send(.GET, "/v1.0/users/sales@example.com/mailFolders").body)
            let inbox = try #require((folders["value"] as? [[String: Any]])?.first)
            #expect(inbox["displayName"] as? String == "Inbox")
            #expect(inbox["totalItemCount"] as? Int == 4)
            #expect(inbox["unreadItemCount"] as? Int == 2)
        }
    }

    @Test func onlyThisMachine() async throws {
        for host in ["0.0.0.0", "192.168.1.4", "example.com", "::"] {
            let emulator = try GraphEmulator(configuration: GraphEmulatorConfiguration(host: host, port: 0), logger: .silent)
            let error = await #expect(throws: GraphEmulatorError.self) { try await emulator.run() }
            #expect(error?.code == .hostNotLoopback)
            #expect(
                error?.description
                    == "The Graph emulator listens on this machine only, and '\(host)' is not a loopback address: use 127.0.0.1."
            )
        }
    }

    @Test func aPortInUseIsSaid() async throws {
        try await withReceiver { receiver in
            let port = try #require(receiver.url.split(separator: ":").last.flatMap { Int($0) })
            let emulator = try GraphEmulator(configuration: GraphEmulatorConfiguration(port: port), logger: .silent)
            let error = await #expect(throws: IOError.self) { try await emulator.run() }
            #expect(error?.errnoCode == EADDRINUSE)
        }
    }
}
