builtin.module {
  irdl.dialect @graph {
    irdl.type @var {
      %0 = irdl.base "!builtin.tensor"
      irdl.parameters(tensor: %0)
    }
    irdl.operation @relu {
      %1 = irdl.base "!builtin.tensor"
      irdl.operands(x: %1)
      %2 = irdl.base "!builtin.tensor"
      irdl.results(result: %2)
    }
    irdl.operation @exp {
      %3 = irdl.base "!builtin.tensor"
      irdl.operands(x: %3)
      %4 = irdl.base "!builtin.tensor"
      irdl.results(result: %4)
    }
    irdl.operation @log {
      %5 = irdl.base "!builtin.tensor"
      irdl.operands(x: %5)
      %6 = irdl.base "!builtin.tensor"
      irdl.results(result: %6)
    }
    irdl.operation @sqrt {
      %7 = irdl.base "!builtin.tensor"
      irdl.operands(x: %7)
      %8 = irdl.base "!builtin.tensor"
      irdl.results(result: %8)
    }
    irdl.operation @rsqrt {
      %9 = irdl.base "!builtin.tensor"
      irdl.operands(x: %9)
      %10 = irdl.base "!builtin.tensor"
      irdl.results(result: %10)
    }
    irdl.operation @reciprocal {
      %11 = irdl.base "!builtin.tensor"
      irdl.operands(x: %11)
      %12 = irdl.base "!builtin.tensor"
      irdl.results(result: %12)
    }
    irdl.operation @tanh {
      %13 = irdl.base "!builtin.tensor"
      irdl.operands(x: %13)
      %14 = irdl.base "!builtin.tensor"
      irdl.results(result: %14)
    }
    irdl.operation @sigmoid {
      %15 = irdl.base "!builtin.tensor"
      irdl.operands(x: %15)
      %16 = irdl.base "!builtin.tensor"
      irdl.results(result: %16)
    }
    irdl.operation @erf {
      %17 = irdl.base "!builtin.tensor"
      irdl.operands(x: %17)
      %18 = irdl.base "!builtin.tensor"
      irdl.results(result: %18)
    }
    irdl.operation @gelu {
      %19 = irdl.base "!builtin.tensor"
      irdl.operands(x: %19)
      %20 = irdl.base "!builtin.tensor"
      irdl.results(result: %20)
    }
    irdl.operation @silu {
      %21 = irdl.base "!builtin.tensor"
      irdl.operands(x: %21)
      %22 = irdl.base "!builtin.tensor"
      irdl.results(result: %22)
    }
    irdl.operation @abs {
      %23 = irdl.base "!builtin.tensor"
      irdl.operands(x: %23)
      %24 = irdl.base "!builtin.tensor"
      irdl.results(result: %24)
    }
    irdl.operation @neg {
      %25 = irdl.base "!builtin.tensor"
      irdl.operands(x: %25)
      %26 = irdl.base "!builtin.tensor"
      irdl.results(result: %26)
    }
    irdl.operation @square {
      %27 = irdl.base "!builtin.tensor"
      irdl.operands(x: %27)
      %28 = irdl.base "!builtin.tensor"
      irdl.results(result: %28)
    }
    irdl.operation @sign {
      %29 = irdl.base "!builtin.tensor"
      irdl.operands(x: %29)
      %30 = irdl.base "!builtin.tensor"
      irdl.results(result: %30)
    }
    irdl.operation @floor {
      %31 = irdl.base "!builtin.tensor"
      irdl.operands(x: %31)
      %32 = irdl.base "!builtin.tensor"
      irdl.results(result: %32)
    }
    irdl.operation @ceil {
      %33 = irdl.base "!builtin.tensor"
      irdl.operands(x: %33)
      %34 = irdl.base "!builtin.tensor"
      irdl.results(result: %34)
    }
    irdl.operation @round {
      %35 = irdl.base "!builtin.tensor"
      irdl.operands(x: %35)
      %36 = irdl.base "!builtin.tensor"
      irdl.results(result: %36)
    }
    irdl.operation @sin {
      %37 = irdl.base "!builtin.tensor"
      irdl.operands(x: %37)
      %38 = irdl.base "!builtin.tensor"
      irdl.results(result: %38)
    }
    irdl.operation @cos {
      %39 = irdl.base "!builtin.tensor"
      irdl.operands(x: %39)
      %40 = irdl.base "!builtin.tensor"
      irdl.results(result: %40)
    }
    irdl.operation @atan {
      %41 = irdl.base "!builtin.tensor"
      irdl.operands(x: %41)
      %42 = irdl.base "!builtin.tensor"
      irdl.results(result: %42)
    }
    irdl.operation @softplus {
      %43 = irdl.base "!builtin.tensor"
      irdl.operands(x: %43)
      %44 = irdl.base "!builtin.tensor"
      irdl.results(result: %44)
    }
    irdl.operation @identity {
      %45 = irdl.base "!builtin.tensor"
      irdl.operands(x: %45)
      %46 = irdl.base "!builtin.tensor"
      irdl.results(result: %46)
    }
    irdl.operation @not {
      %47 = irdl.base "!builtin.tensor"
      irdl.operands(x: %47)
      %48 = irdl.base "!builtin.tensor"
      irdl.results(result: %48)
    }
    irdl.operation @isnan {
      %49 = irdl.base "!builtin.tensor"
      irdl.operands(x: %49)
      %50 = irdl.base "!builtin.tensor"
      irdl.results(result: %50)
    }
    irdl.operation @add {
      %51 = irdl.base "!builtin.tensor"
      %52 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %51, rhs: %52)
      %53 = irdl.base "!builtin.tensor"
      irdl.results(result: %53)
    }
    irdl.operation @sub {
      %54 = irdl.base "!builtin.tensor"
      %55 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %54, rhs: %55)
      %56 = irdl.base "!builtin.tensor"
      irdl.results(result: %56)
    }
    irdl.operation @mul {
      %57 = irdl.base "!builtin.tensor"
      %58 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %57, rhs: %58)
      %59 = irdl.base "!builtin.tensor"
      irdl.results(result: %59)
    }
    irdl.operation @div {
      %60 = irdl.base "!builtin.tensor"
      %61 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %60, rhs: %61)
      %62 = irdl.base "!builtin.tensor"
      irdl.results(result: %62)
    }
    irdl.operation @max {
      %63 = irdl.base "!builtin.tensor"
      %64 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %63, rhs: %64)
      %65 = irdl.base "!builtin.tensor"
      irdl.results(result: %65)
    }
    irdl.operation @min {
      %66 = irdl.base "!builtin.tensor"
      %67 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %66, rhs: %67)
      %68 = irdl.base "!builtin.tensor"
      irdl.results(result: %68)
    }
    irdl.operation @pow {
      %69 = irdl.base "!builtin.tensor"
      %70 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %69, rhs: %70)
      %71 = irdl.base "!builtin.tensor"
      irdl.results(result: %71)
    }
    irdl.operation @mod {
      %72 = irdl.base "!builtin.tensor"
      %73 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %72, rhs: %73)
      %74 = irdl.base "!builtin.tensor"
      irdl.results(result: %74)
    }
    irdl.operation @equal {
      %75 = irdl.base "!builtin.tensor"
      %76 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %75, rhs: %76)
      %77 = irdl.base "!builtin.tensor"
      irdl.results(result: %77)
    }
    irdl.operation @less {
      %78 = irdl.base "!builtin.tensor"
      %79 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %78, rhs: %79)
      %80 = irdl.base "!builtin.tensor"
      irdl.results(result: %80)
    }
    irdl.operation @greater {
      %81 = irdl.base "!builtin.tensor"
      %82 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %81, rhs: %82)
      %83 = irdl.base "!builtin.tensor"
      irdl.results(result: %83)
    }
    irdl.operation @less_equal {
      %84 = irdl.base "!builtin.tensor"
      %85 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %84, rhs: %85)
      %86 = irdl.base "!builtin.tensor"
      irdl.results(result: %86)
    }
    irdl.operation @greater_equal {
      %87 = irdl.base "!builtin.tensor"
      %88 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %87, rhs: %88)
      %89 = irdl.base "!builtin.tensor"
      irdl.results(result: %89)
    }
    irdl.operation @and {
      %90 = irdl.base "!builtin.tensor"
      %91 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %90, rhs: %91)
      %92 = irdl.base "!builtin.tensor"
      irdl.results(result: %92)
    }
    irdl.operation @or {
      %93 = irdl.base "!builtin.tensor"
      %94 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %93, rhs: %94)
      %95 = irdl.base "!builtin.tensor"
      irdl.results(result: %95)
    }
    irdl.operation @xor {
      %96 = irdl.base "!builtin.tensor"
      %97 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %96, rhs: %97)
      %98 = irdl.base "!builtin.tensor"
      irdl.results(result: %98)
    }
    irdl.operation @shl {
      %99 = irdl.base "!builtin.tensor"
      %100 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %99, rhs: %100)
      %101 = irdl.base "!builtin.tensor"
      irdl.results(result: %101)
    }
    irdl.operation @shr {
      %102 = irdl.base "!builtin.tensor"
      %103 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %102, rhs: %103)
      %104 = irdl.base "!builtin.tensor"
      irdl.results(result: %104)
    }
    irdl.operation @select {
      %105 = irdl.base "!builtin.tensor"
      %106 = irdl.base "!builtin.tensor"
      %107 = irdl.base "!builtin.tensor"
      irdl.operands(condition: %105, a: %106, b: %107)
      %108 = irdl.base "!builtin.tensor"
      irdl.results(result: %108)
    }
    irdl.operation @matmul {
      %109 = irdl.base "!builtin.tensor"
      %110 = irdl.base "!builtin.tensor"
      irdl.operands(lhs: %109, rhs: %110)
      %111 = irdl.base "!builtin.tensor"
      irdl.results(result: %111)
    }
    irdl.operation @conv {
      %112 = irdl.base "!builtin.tensor"
      %113 = irdl.base "!builtin.tensor"
      %114 = irdl.base "!builtin.tensor"
      irdl.operands(x: %112, weight: %113, bias: optional %114)
      %115 = irdl.base "!builtin.tensor"
      irdl.results(result: %115)
      %116 = irdl.base "#builtin.dense_array"
      %117 = irdl.base "#builtin.dense_array"
      %118 = irdl.base "#builtin.dense_array"
      %119 = irdl.base "#builtin.integer"
      irdl.attributes {
        "strides" = %116,
        "pads" = %117,
        "dilations" = %118,
        "group" = %119
      }
    }
    irdl.operation @conv_transpose {
      %120 = irdl.base "!builtin.tensor"
      %121 = irdl.base "!builtin.tensor"
      %122 = irdl.base "!builtin.tensor"
      irdl.operands(x: %120, weight: %121, bias: optional %122)
      %123 = irdl.base "!builtin.tensor"
      irdl.results(result: %123)
      %124 = irdl.base "#builtin.dense_array"
      %125 = irdl.base "#builtin.dense_array"
      %126 = irdl.base "#builtin.dense_array"
      %127 = irdl.base "#builtin.integer"
      %128 = irdl.base "#builtin.dense_array"
      irdl.attributes {
        "strides" = %124,
        "pads" = %125,
        "dilations" = %126,
        "group" = %127,
        "output_padding" = %128
      }
    }
    irdl.operation @pool {
      %129 = irdl.base "!builtin.tensor"
      irdl.operands(x: %129)
      %130 = irdl.base "!builtin.tensor"
      irdl.results(result: %130)
      %131 = irdl.base "#builtin.string"
      %132 = irdl.base "#builtin.dense_array"
      %133 = irdl.base "#builtin.dense_array"
      %134 = irdl.base "#builtin.dense_array"
      %135 = irdl.base "#builtin.dense_array"
      irdl.attributes {
        "kind" = %131,
        "kernel" = %132,
        "strides" = %133,
        "pads" = %134,
        "dilations" = %135
      }
    }
    irdl.operation @reduce {
      %136 = irdl.base "!builtin.tensor"
      irdl.operands(x: %136)
      %137 = irdl.base "!builtin.tensor"
      irdl.results(result: %137)
      %138 = irdl.base "#builtin.string"
      %139 = irdl.base "#builtin.dense_array"
      irdl.attributes {
        "kind" = %138,
        "axes" = %139
      }
    }
    irdl.operation @softmax {
      %140 = irdl.base "!builtin.tensor"
      irdl.operands(x: %140)
      %141 = irdl.base "!builtin.tensor"
      irdl.results(result: %141)
      %142 = irdl.base "#builtin.integer"
      irdl.attributes {
        "axis" = %142
      }
    }
    irdl.operation @argmax {
      %143 = irdl.base "!builtin.tensor"
      irdl.operands(x: %143)
      %144 = irdl.base "!builtin.tensor"
      irdl.results(result: %144)
      %145 = irdl.base "#builtin.integer"
      irdl.attributes {
        "axis" = %145
      }
    }
    irdl.operation @lrn {
      %146 = irdl.base "!builtin.tensor"
      irdl.operands(x: %146)
      %147 = irdl.base "!builtin.tensor"
      irdl.results(result: %147)
      %148 = irdl.base "#builtin.integer"
      %149 = irdl.base "#builtin.float"
      %150 = irdl.base "#builtin.float"
      %151 = irdl.base "#builtin.float"
      irdl.attributes {
        "size" = %148,
        "alpha" = %149,
        "beta" = %150,
        "bias" = %151
      }
    }
    irdl.operation @lstm {
      %152 = irdl.base "!builtin.tensor"
      %153 = irdl.base "!builtin.tensor"
      %154 = irdl.base "!builtin.tensor"
      %155 = irdl.base "!builtin.tensor"
      %156 = irdl.base "!builtin.tensor"
      %157 = irdl.base "!builtin.tensor"
      %158 = irdl.base "!builtin.tensor"
      %159 = irdl.base "!builtin.tensor"
      irdl.operands(x: %152, w: %153, r: %154, bias: optional %155, sequence_lengths: optional %156, initial_h: optional %157, initial_c: optional %158, peephole: optional %159)
      %160 = irdl.base "!builtin.tensor"
      %161 = irdl.base "!builtin.tensor"
      %162 = irdl.base "!builtin.tensor"
      irdl.results(y: %160, y_h: %161, y_c: %162)
      %163 = irdl.base "#builtin.string"
      %164 = irdl.base "#builtin.dense_array"
      irdl.attributes {
        "direction" = %163,
        "operandSegmentSizes" = %164
      }
    }
    irdl.operation @cast {
      %165 = irdl.base "!builtin.tensor"
      irdl.operands(x: %165)
      %166 = irdl.base "!builtin.tensor"
      irdl.results(result: %166)
    }
    irdl.operation @reshape {
      %167 = irdl.base "!builtin.tensor"
      irdl.operands(x: %167)
      %168 = irdl.base "!builtin.tensor"
      irdl.results(result: %168)
    }
    irdl.operation @transpose {
      %169 = irdl.base "!builtin.tensor"
      irdl.operands(x: %169)
      %170 = irdl.base "!builtin.tensor"
      irdl.results(result: %170)
      %171 = irdl.base "#builtin.dense_array"
      irdl.attributes {
        "perm" = %171
      }
    }
    irdl.operation @slice {
      %172 = irdl.base "!builtin.tensor"
      irdl.operands(x: %172)
      %173 = irdl.base "!builtin.tensor"
      irdl.results(result: %173)
      %174 = irdl.base "#builtin.dense_array"
      %175 = irdl.base "#builtin.dense_array"
      irdl.attributes {
        "starts" = %174,
        "steps" = %175
      }
    }
    irdl.operation @insert_slice {
      %176 = irdl.base "!builtin.tensor"
      %177 = irdl.base "!builtin.tensor"
      irdl.operands(source: %176, dest: %177)
      %178 = irdl.base "!builtin.tensor"
      irdl.results(result: %178)
      %179 = irdl.base "#builtin.dense_array"
      %180 = irdl.base "#builtin.dense_array"
      irdl.attributes {
        "starts" = %179,
        "steps" = %180
      }
    }
    irdl.operation @concat {
      %181 = irdl.base "!builtin.tensor"
      %182 = irdl.base "!builtin.tensor"
      %183 = irdl.base "!builtin.tensor"
      %184 = irdl.base "!builtin.tensor"
      %185 = irdl.base "!builtin.tensor"
      %186 = irdl.base "!builtin.tensor"
      %187 = irdl.base "!builtin.tensor"
      %188 = irdl.base "!builtin.tensor"
      %189 = irdl.base "!builtin.tensor"
      %190 = irdl.base "!builtin.tensor"
      %191 = irdl.base "!builtin.tensor"
      %192 = irdl.base "!builtin.tensor"
      %193 = irdl.base "!builtin.tensor"
      %194 = irdl.base "!builtin.tensor"
      %195 = irdl.base "!builtin.tensor"
      %196 = irdl.base "!builtin.tensor"
      %197 = irdl.base "!builtin.tensor"
      %198 = irdl.base "!builtin.tensor"
      %199 = irdl.base "!builtin.tensor"
      %200 = irdl.base "!builtin.tensor"
      %201 = irdl.base "!builtin.tensor"
      %202 = irdl.base "!builtin.tensor"
      %203 = irdl.base "!builtin.tensor"
      %204 = irdl.base "!builtin.tensor"
      %205 = irdl.base "!builtin.tensor"
      %206 = irdl.base "!builtin.tensor"
      %207 = irdl.base "!builtin.tensor"
      %208 = irdl.base "!builtin.tensor"
      %209 = irdl.base "!builtin.tensor"
      %210 = irdl.base "!builtin.tensor"
      %211 = irdl.base "!builtin.tensor"
      %212 = irdl.base "!builtin.tensor"
      %213 = irdl.base "!builtin.tensor"
      %214 = irdl.base "!builtin.tensor"
      %215 = irdl.base "!builtin.tensor"
      %216 = irdl.base "!builtin.tensor"
      %217 = irdl.base "!builtin.tensor"
      %218 = irdl.base "!builtin.tensor"
      %219 = irdl.base "!builtin.tensor"
      %220 = irdl.base "!builtin.tensor"
      %221 = irdl.base "!builtin.tensor"
      %222 = irdl.base "!builtin.tensor"
      %223 = irdl.base "!builtin.tensor"
      %224 = irdl.base "!builtin.tensor"
      %225 = irdl.base "!builtin.tensor"
      %226 = irdl.base "!builtin.tensor"
      %227 = irdl.base "!builtin.tensor"
      %228 = irdl.base "!builtin.tensor"
      %229 = irdl.base "!builtin.tensor"
      %230 = irdl.base "!builtin.tensor"
      %231 = irdl.base "!builtin.tensor"
      %232 = irdl.base "!builtin.tensor"
      %233 = irdl.base "!builtin.tensor"
      %234 = irdl.base "!builtin.tensor"
      %235 = irdl.base "!builtin.tensor"
      %236 = irdl.base "!builtin.tensor"
      %237 = irdl.base "!builtin.tensor"
      %238 = irdl.base "!builtin.tensor"
      %239 = irdl.base "!builtin.tensor"
      %240 = irdl.base "!builtin.tensor"
      %241 = irdl.base "!builtin.tensor"
      %242 = irdl.base "!builtin.tensor"
      %243 = irdl.base "!builtin.tensor"
      %244 = irdl.base "!builtin.tensor"
      irdl.operands(inputs_0: optional %181, inputs_1: optional %182, inputs_2: optional %183, inputs_3: optional %184, inputs_4: optional %185, inputs_5: optional %186, inputs_6: optional %187, inputs_7: optional %188, inputs_8: optional %189, inputs_9: optional %190, inputs_10: optional %191, inputs_11: optional %192, inputs_12: optional %193, inputs_13: optional %194, inputs_14: optional %195, inputs_15: optional %196, inputs_16: optional %197, inputs_17: optional %198, inputs_18: optional %199, inputs_19: optional %200, inputs_20: optional %201, inputs_21: optional %202, inputs_22: optional %203, inputs_23: optional %204, inputs_24: optional %205, inputs_25: optional %206, inputs_26: optional %207, inputs_27: optional %208, inputs_28: optional %209, inputs_29: optional %210, inputs_30: optional %211, inputs_31: optional %212, inputs_32: optional %213, inputs_33: optional %214, inputs_34: optional %215, inputs_35: optional %216, inputs_36: optional %217, inputs_37: optional %218, inputs_38: optional %219, inputs_39: optional %220, inputs_40: optional %221, inputs_41: optional %222, inputs_42: optional %223, inputs_43: optional %224, inputs_44: optional %225, inputs_45: optional %226, inputs_46: optional %227, inputs_47: optional %228, inputs_48: optional %229, inputs_49: optional %230, inputs_50: optional %231, inputs_51: optional %232, inputs_52: optional %233, inputs_53: optional %234, inputs_54: optional %235, inputs_55: optional %236, inputs_56: optional %237, inputs_57: optional %238, inputs_58: optional %239, inputs_59: optional %240, inputs_60: optional %241, inputs_61: optional %242, inputs_62: optional %243, inputs_63: optional %244)
      %245 = irdl.base "!builtin.tensor"
      irdl.results(result: %245)
      %246 = irdl.base "#builtin.integer"
      irdl.attributes {
        "axis" = %246
      }
    }
    irdl.operation @pad {
      %247 = irdl.base "!builtin.tensor"
      irdl.operands(x: %247)
      %248 = irdl.base "!builtin.tensor"
      irdl.results(result: %248)
      %249 = irdl.base "#builtin.dense_array"
      %250 = irdl.base "#builtin.dense_array"
      %251 = irdl.base "#builtin.dense_array"
      %252 = irdl.base "#builtin.float"
      irdl.attributes {
        "low" = %249,
        "high" = %250,
        "interior" = %251,
        "value" = %252
      }
    }
    irdl.operation @broadcast {
      %253 = irdl.base "!builtin.tensor"
      irdl.operands(x: %253)
      %254 = irdl.base "!builtin.tensor"
      irdl.results(result: %254)
    }
    irdl.operation @gather {
      %255 = irdl.base "!builtin.tensor"
      %256 = irdl.base "!builtin.tensor"
      irdl.operands(x: %255, indices: %256)
      %257 = irdl.base "!builtin.tensor"
      irdl.results(result: %257)
      %258 = irdl.base "#builtin.integer"
      irdl.attributes {
        "axis" = %258
      }
    }
    irdl.operation @scatter {
      %259 = irdl.base "!builtin.tensor"
      %260 = irdl.base "!builtin.tensor"
      %261 = irdl.base "!builtin.tensor"
      irdl.operands(x: %259, indices: %260, updates: %261)
      %262 = irdl.base "!builtin.tensor"
      irdl.results(result: %262)
      %263 = irdl.base "#builtin.string"
      %264 = irdl.base "#builtin.integer"
      irdl.attributes {
        "reduction" = %263,
        "axis" = %264
      }
    }
    irdl.operation @func {
      %265 = irdl.base "#builtin.string"
      %266 = irdl.base "!builtin.function"
      irdl.attributes {
        "sym_name" = %265,
        "function_type" = %266
      }
      %267 = irdl.region with size 1
      irdl.regions(body: %267)
    }
    irdl.operation @return {
      %268 = irdl.any
      %269 = irdl.any
      %270 = irdl.any
      %271 = irdl.any
      %272 = irdl.any
      %273 = irdl.any
      %274 = irdl.any
      %275 = irdl.any
      %276 = irdl.any
      %277 = irdl.any
      %278 = irdl.any
      %279 = irdl.any
      %280 = irdl.any
      %281 = irdl.any
      %282 = irdl.any
      %283 = irdl.any
      %284 = irdl.any
      %285 = irdl.any
      %286 = irdl.any
      %287 = irdl.any
      %288 = irdl.any
      %289 = irdl.any
      %290 = irdl.any
      %291 = irdl.any
      %292 = irdl.any
      %293 = irdl.any
      %294 = irdl.any
      %295 = irdl.any
      %296 = irdl.any
      %297 = irdl.any
      %298 = irdl.any
      %299 = irdl.any
      %300 = irdl.any
      %301 = irdl.any
      %302 = irdl.any
      %303 = irdl.any
      %304 = irdl.any
      %305 = irdl.any
      %306 = irdl.any
      %307 = irdl.any
      %308 = irdl.any
      %309 = irdl.any
      %310 = irdl.any
      %311 = irdl.any
      %312 = irdl.any
      %313 = irdl.any
      %314 = irdl.any
      %315 = irdl.any
      %316 = irdl.any
      %317 = irdl.any
      %318 = irdl.any
      %319 = irdl.any
      %320 = irdl.any
      %321 = irdl.any
      %322 = irdl.any
      %323 = irdl.any
      %324 = irdl.any
      %325 = irdl.any
      %326 = irdl.any
      %327 = irdl.any
      %328 = irdl.any
      %329 = irdl.any
      %330 = irdl.any
      %331 = irdl.any
      irdl.operands(values_0: optional %268, values_1: optional %269, values_2: optional %270, values_3: optional %271, values_4: optional %272, values_5: optional %273, values_6: optional %274, values_7: optional %275, values_8: optional %276, values_9: optional %277, values_10: optional %278, values_11: optional %279, values_12: optional %280, values_13: optional %281, values_14: optional %282, values_15: optional %283, values_16: optional %284, values_17: optional %285, values_18: optional %286, values_19: optional %287, values_20: optional %288, values_21: optional %289, values_22: optional %290, values_23: optional %291, values_24: optional %292, values_25: optional %293, values_26: optional %294, values_27: optional %295, values_28: optional %296, values_29: optional %297, values_30: optional %298, values_31: optional %299, values_32: optional %300, values_33: optional %301, values_34: optional %302, values_35: optional %303, values_36: optional %304, values_37: optional %305, values_38: optional %306, values_39: optional %307, values_40: optional %308, values_41: optional %309, values_42: optional %310, values_43: optional %311, values_44: optional %312, values_45: optional %313, values_46: optional %314, values_47: optional %315, values_48: optional %316, values_49: optional %317, values_50: optional %318, values_51: optional %319, values_52: optional %320, values_53: optional %321, values_54: optional %322, values_55: optional %323, values_56: optional %324, values_57: optional %325, values_58: optional %326, values_59: optional %327, values_60: optional %328, values_61: optional %329, values_62: optional %330, values_63: optional %331)
    }
    irdl.operation @weight {
      %332 = irdl.base "!builtin.tensor"
      irdl.results(result: %332)
      %333 = irdl.base "#builtin.string"
      irdl.attributes {
        "weight_name" = %333
      }
    }
    irdl.operation @constant {
      %334 = irdl.base "!builtin.tensor"
      irdl.results(result: %334)
      %335 = irdl.any
      irdl.attributes {
        "value" = %335
      }
    }
    irdl.operation @partition {
      %336 = irdl.base "!builtin.tensor"
      %337 = irdl.base "!builtin.tensor"
      %338 = irdl.base "!builtin.tensor"
      %339 = irdl.base "!builtin.tensor"
      %340 = irdl.base "!builtin.tensor"
      %341 = irdl.base "!builtin.tensor"
      %342 = irdl.base "!builtin.tensor"
      %343 = irdl.base "!builtin.tensor"
      %344 = irdl.base "!builtin.tensor"
      %345 = irdl.base "!builtin.tensor"
      %346 = irdl.base "!builtin.tensor"
      %347 = irdl.base "!builtin.tensor"
      %348 = irdl.base "!builtin.tensor"
      %349 = irdl.base "!builtin.tensor"
      %350 = irdl.base "!builtin.tensor"
      %351 = irdl.base "!builtin.tensor"
      %352 = irdl.base "!builtin.tensor"
      %353 = irdl.base "!builtin.tensor"
      %354 = irdl.base "!builtin.tensor"
      %355 = irdl.base "!builtin.tensor"
      %356 = irdl.base "!builtin.tensor"
      %357 = irdl.base "!builtin.tensor"
      %358 = irdl.base "!builtin.tensor"
      %359 = irdl.base "!builtin.tensor"
      %360 = irdl.base "!builtin.tensor"
      %361 = irdl.base "!builtin.tensor"
      %362 = irdl.base "!builtin.tensor"
      %363 = irdl.base "!builtin.tensor"
      %364 = irdl.base "!builtin.tensor"
      %365 = irdl.base "!builtin.tensor"
      %366 = irdl.base "!builtin.tensor"
      %367 = irdl.base "!builtin.tensor"
      %368 = irdl.base "!builtin.tensor"
      %369 = irdl.base "!builtin.tensor"
      %370 = irdl.base "!builtin.tensor"
      %371 = irdl.base "!builtin.tensor"
      %372 = irdl.base "!builtin.tensor"
      %373 = irdl.base "!builtin.tensor"
      %374 = irdl.base "!builtin.tensor"
      %375 = irdl.base "!builtin.tensor"
      %376 = irdl.base "!builtin.tensor"
      %377 = irdl.base "!builtin.tensor"
      %378 = irdl.base "!builtin.tensor"
      %379 = irdl.base "!builtin.tensor"
      %380 = irdl.base "!builtin.tensor"
      %381 = irdl.base "!builtin.tensor"
      %382 = irdl.base "!builtin.tensor"
      %383 = irdl.base "!builtin.tensor"
      %384 = irdl.base "!builtin.tensor"
      %385 = irdl.base "!builtin.tensor"
      %386 = irdl.base "!builtin.tensor"
      %387 = irdl.base "!builtin.tensor"
      %388 = irdl.base "!builtin.tensor"
      %389 = irdl.base "!builtin.tensor"
      %390 = irdl.base "!builtin.tensor"
      %391 = irdl.base "!builtin.tensor"
      %392 = irdl.base "!builtin.tensor"
      %393 = irdl.base "!builtin.tensor"
      %394 = irdl.base "!builtin.tensor"
      %395 = irdl.base "!builtin.tensor"
      %396 = irdl.base "!builtin.tensor"
      %397 = irdl.base "!builtin.tensor"
      %398 = irdl.base "!builtin.tensor"
      %399 = irdl.base "!builtin.tensor"
      irdl.operands(inputs_0: optional %336, inputs_1: optional %337, inputs_2: optional %338, inputs_3: optional %339, inputs_4: optional %340, inputs_5: optional %341, inputs_6: optional %342, inputs_7: optional %343, inputs_8: optional %344, inputs_9: optional %345, inputs_10: optional %346, inputs_11: optional %347, inputs_12: optional %348, inputs_13: optional %349, inputs_14: optional %350, inputs_15: optional %351, inputs_16: optional %352, inputs_17: optional %353, inputs_18: optional %354, inputs_19: optional %355, inputs_20: optional %356, inputs_21: optional %357, inputs_22: optional %358, inputs_23: optional %359, inputs_24: optional %360, inputs_25: optional %361, inputs_26: optional %362, inputs_27: optional %363, inputs_28: optional %364, inputs_29: optional %365, inputs_30: optional %366, inputs_31: optional %367, inputs_32: optional %368, inputs_33: optional %369, inputs_34: optional %370, inputs_35: optional %371, inputs_36: optional %372, inputs_37: optional %373, inputs_38: optional %374, inputs_39: optional %375, inputs_40: optional %376, inputs_41: optional %377, inputs_42: optional %378, inputs_43: optional %379, inputs_44: optional %380, inputs_45: optional %381, inputs_46: optional %382, inputs_47: optional %383, inputs_48: optional %384, inputs_49: optional %385, inputs_50: optional %386, inputs_51: optional %387, inputs_52: optional %388, inputs_53: optional %389, inputs_54: optional %390, inputs_55: optional %391, inputs_56: optional %392, inputs_57: optional %393, inputs_58: optional %394, inputs_59: optional %395, inputs_60: optional %396, inputs_61: optional %397, inputs_62: optional %398, inputs_63: optional %399)
      %400 = irdl.base "!builtin.tensor"
      %401 = irdl.base "!builtin.tensor"
      %402 = irdl.base "!builtin.tensor"
      %403 = irdl.base "!builtin.tensor"
      %404 = irdl.base "!builtin.tensor"
      %405 = irdl.base "!builtin.tensor"
      %406 = irdl.base "!builtin.tensor"
      %407 = irdl.base "!builtin.tensor"
      %408 = irdl.base "!builtin.tensor"
      %409 = irdl.base "!builtin.tensor"
      %410 = irdl.base "!builtin.tensor"
      %411 = irdl.base "!builtin.tensor"
      %412 = irdl.base "!builtin.tensor"
      %413 = irdl.base "!builtin.tensor"
      %414 = irdl.base "!builtin.tensor"
      %415 = irdl.base "!builtin.tensor"
      %416 = irdl.base "!builtin.tensor"
      %417 = irdl.base "!builtin.tensor"
      %418 = irdl.base "!builtin.tensor"
      %419 = irdl.base "!builtin.tensor"
      %420 = irdl.base "!builtin.tensor"
      %421 = irdl.base "!builtin.tensor"
      %422 = irdl.base "!builtin.tensor"
      %423 = irdl.base "!builtin.tensor"
      %424 = irdl.base "!builtin.tensor"
      %425 = irdl.base "!builtin.tensor"
      %426 = irdl.base "!builtin.tensor"
      %427 = irdl.base "!builtin.tensor"
      %428 = irdl.base "!builtin.tensor"
      %429 = irdl.base "!builtin.tensor"
      %430 = irdl.base "!builtin.tensor"
      %431 = irdl.base "!builtin.tensor"
      %432 = irdl.base "!builtin.tensor"
      %433 = irdl.base "!builtin.tensor"
      %434 = irdl.base "!builtin.tensor"
      %435 = irdl.base "!builtin.tensor"
      %436 = irdl.base "!builtin.tensor"
      %437 = irdl.base "!builtin.tensor"
      %438 = irdl.base "!builtin.tensor"
      %439 = irdl.base "!builtin.tensor"
      %440 = irdl.base "!builtin.tensor"
      %441 = irdl.base "!builtin.tensor"
      %442 = irdl.base "!builtin.tensor"
      %443 = irdl.base "!builtin.tensor"
      %444 = irdl.base "!builtin.tensor"
      %445 = irdl.base "!builtin.tensor"
      %446 = irdl.base "!builtin.tensor"
      %447 = irdl.base "!builtin.tensor"
      %448 = irdl.base "!builtin.tensor"
      %449 = irdl.base "!builtin.tensor"
      %450 = irdl.base "!builtin.tensor"
      %451 = irdl.base "!builtin.tensor"
      %452 = irdl.base "!builtin.tensor"
      %453 = irdl.base "!builtin.tensor"
      %454 = irdl.base "!builtin.tensor"
      %455 = irdl.base "!builtin.tensor"
      %456 = irdl.base "!builtin.tensor"
      %457 = irdl.base "!builtin.tensor"
      %458 = irdl.base "!builtin.tensor"
      %459 = irdl.base "!builtin.tensor"
      %460 = irdl.base "!builtin.tensor"
      %461 = irdl.base "!builtin.tensor"
      %462 = irdl.base "!builtin.tensor"
      %463 = irdl.base "!builtin.tensor"
      irdl.results(outputs_0: optional %400, outputs_1: optional %401, outputs_2: optional %402, outputs_3: optional %403, outputs_4: optional %404, outputs_5: optional %405, outputs_6: optional %406, outputs_7: optional %407, outputs_8: optional %408, outputs_9: optional %409, outputs_10: optional %410, outputs_11: optional %411, outputs_12: optional %412, outputs_13: optional %413, outputs_14: optional %414, outputs_15: optional %415, outputs_16: optional %416, outputs_17: optional %417, outputs_18: optional %418, outputs_19: optional %419, outputs_20: optional %420, outputs_21: optional %421, outputs_22: optional %422, outputs_23: optional %423, outputs_24: optional %424, outputs_25: optional %425, outputs_26: optional %426, outputs_27: optional %427, outputs_28: optional %428, outputs_29: optional %429, outputs_30: optional %430, outputs_31: optional %431, outputs_32: optional %432, outputs_33: optional %433, outputs_34: optional %434, outputs_35: optional %435, outputs_36: optional %436, outputs_37: optional %437, outputs_38: optional %438, outputs_39: optional %439, outputs_40: optional %440, outputs_41: optional %441, outputs_42: optional %442, outputs_43: optional %443, outputs_44: optional %444, outputs_45: optional %445, outputs_46: optional %446, outputs_47: optional %447, outputs_48: optional %448, outputs_49: optional %449, outputs_50: optional %450, outputs_51: optional %451, outputs_52: optional %452, outputs_53: optional %453, outputs_54: optional %454, outputs_55: optional %455, outputs_56: optional %456, outputs_57: optional %457, outputs_58: optional %458, outputs_59: optional %459, outputs_60: optional %460, outputs_61: optional %461, outputs_62: optional %462, outputs_63: optional %463)
      %464 = irdl.base "#builtin.string"
      irdl.attributes {
        "home" = %464
      }
      %465 = irdl.region with size 1
      irdl.regions(body: %465)
    }
    irdl.operation @yield {
      %466 = irdl.base "!builtin.tensor"
      %467 = irdl.base "!builtin.tensor"
      %468 = irdl.base "!builtin.tensor"
      %469 = irdl.base "!builtin.tensor"
      %470 = irdl.base "!builtin.tensor"
      %471 = irdl.base "!builtin.tensor"
      %472 = irdl.base "!builtin.tensor"
      %473 = irdl.base "!builtin.tensor"
      %474 = irdl.base "!builtin.tensor"
      %475 = irdl.base "!builtin.tensor"
      %476 = irdl.base "!builtin.tensor"
      %477 = irdl.base "!builtin.tensor"
      %478 = irdl.base "!builtin.tensor"
      %479 = irdl.base "!builtin.tensor"
      %480 = irdl.base "!builtin.tensor"
      %481 = irdl.base "!builtin.tensor"
      %482 = irdl.base "!builtin.tensor"
      %483 = irdl.base "!builtin.tensor"
      %484 = irdl.base "!builtin.tensor"
      %485 = irdl.base "!builtin.tensor"
      %486 = irdl.base "!builtin.tensor"
      %487 = irdl.base "!builtin.tensor"
      %488 = irdl.base "!builtin.tensor"
      %489 = irdl.base "!builtin.tensor"
      %490 = irdl.base "!builtin.tensor"
      %491 = irdl.base "!builtin.tensor"
      %492 = irdl.base "!builtin.tensor"
      %493 = irdl.base "!builtin.tensor"
      %494 = irdl.base "!builtin.tensor"
      %495 = irdl.base "!builtin.tensor"
      %496 = irdl.base "!builtin.tensor"
      %497 = irdl.base "!builtin.tensor"
      %498 = irdl.base "!builtin.tensor"
      %499 = irdl.base "!builtin.tensor"
      %500 = irdl.base "!builtin.tensor"
      %501 = irdl.base "!builtin.tensor"
      %502 = irdl.base "!builtin.tensor"
      %503 = irdl.base "!builtin.tensor"
      %504 = irdl.base "!builtin.tensor"
      %505 = irdl.base "!builtin.tensor"
      %506 = irdl.base "!builtin.tensor"
      %507 = irdl.base "!builtin.tensor"
      %508 = irdl.base "!builtin.tensor"
      %509 = irdl.base "!builtin.tensor"
      %510 = irdl.base "!builtin.tensor"
      %511 = irdl.base "!builtin.tensor"
      %512 = irdl.base "!builtin.tensor"
      %513 = irdl.base "!builtin.tensor"
      %514 = irdl.base "!builtin.tensor"
      %515 = irdl.base "!builtin.tensor"
      %516 = irdl.base "!builtin.tensor"
      %517 = irdl.base "!builtin.tensor"
      %518 = irdl.base "!builtin.tensor"
      %519 = irdl.base "!builtin.tensor"
      %520 = irdl.base "!builtin.tensor"
      %521 = irdl.base "!builtin.tensor"
      %522 = irdl.base "!builtin.tensor"
      %523 = irdl.base "!builtin.tensor"
      %524 = irdl.base "!builtin.tensor"
      %525 = irdl.base "!builtin.tensor"
      %526 = irdl.base "!builtin.tensor"
      %527 = irdl.base "!builtin.tensor"
      %528 = irdl.base "!builtin.tensor"
      %529 = irdl.base "!builtin.tensor"
      irdl.operands(values_0: optional %466, values_1: optional %467, values_2: optional %468, values_3: optional %469, values_4: optional %470, values_5: optional %471, values_6: optional %472, values_7: optional %473, values_8: optional %474, values_9: optional %475, values_10: optional %476, values_11: optional %477, values_12: optional %478, values_13: optional %479, values_14: optional %480, values_15: optional %481, values_16: optional %482, values_17: optional %483, values_18: optional %484, values_19: optional %485, values_20: optional %486, values_21: optional %487, values_22: optional %488, values_23: optional %489, values_24: optional %490, values_25: optional %491, values_26: optional %492, values_27: optional %493, values_28: optional %494, values_29: optional %495, values_30: optional %496, values_31: optional %497, values_32: optional %498, values_33: optional %499, values_34: optional %500, values_35: optional %501, values_36: optional %502, values_37: optional %503, values_38: optional %504, values_39: optional %505, values_40: optional %506, values_41: optional %507, values_42: optional %508, values_43: optional %509, values_44: optional %510, values_45: optional %511, values_46: optional %512, values_47: optional %513, values_48: optional %514, values_49: optional %515, values_50: optional %516, values_51: optional %517, values_52: optional %518, values_53: optional %519, values_54: optional %520, values_55: optional %521, values_56: optional %522, values_57: optional %523, values_58: optional %524, values_59: optional %525, values_60: optional %526, values_61: optional %527, values_62: optional %528, values_63: optional %529)
    }
    irdl.operation @call_framework {
      %530 = irdl.base "!builtin.tensor"
      %531 = irdl.base "!builtin.tensor"
      %532 = irdl.base "!builtin.tensor"
      %533 = irdl.base "!builtin.tensor"
      %534 = irdl.base "!builtin.tensor"
      %535 = irdl.base "!builtin.tensor"
      %536 = irdl.base "!builtin.tensor"
      %537 = irdl.base "!builtin.tensor"
      %538 = irdl.base "!builtin.tensor"
      %539 = irdl.base "!builtin.tensor"
      %540 = irdl.base "!builtin.tensor"
      %541 = irdl.base "!builtin.tensor"
      %542 = irdl.base "!builtin.tensor"
      %543 = irdl.base "!builtin.tensor"
      %544 = irdl.base "!builtin.tensor"
      %545 = irdl.base "!builtin.tensor"
      %546 = irdl.base "!builtin.tensor"
      %547 = irdl.base "!builtin.tensor"
      %548 = irdl.base "!builtin.tensor"
      %549 = irdl.base "!builtin.tensor"
      %550 = irdl.base "!builtin.tensor"
      %551 = irdl.base "!builtin.tensor"
      %552 = irdl.base "!builtin.tensor"
      %553 = irdl.base "!builtin.tensor"
      %554 = irdl.base "!builtin.tensor"
      %555 = irdl.base "!builtin.tensor"
      %556 = irdl.base "!builtin.tensor"
      %557 = irdl.base "!builtin.tensor"
      %558 = irdl.base "!builtin.tensor"
      %559 = irdl.base "!builtin.tensor"
      %560 = irdl.base "!builtin.tensor"
      %561 = irdl.base "!builtin.tensor"
      %562 = irdl.base "!builtin.tensor"
      %563 = irdl.base "!builtin.tensor"
      %564 = irdl.base "!builtin.tensor"
      %565 = irdl.base "!builtin.tensor"
      %566 = irdl.base "!builtin.tensor"
      %567 = irdl.base "!builtin.tensor"
      %568 = irdl.base "!builtin.tensor"
      %569 = irdl.base "!builtin.tensor"
      %570 = irdl.base "!builtin.tensor"
      %571 = irdl.base "!builtin.tensor"
      %572 = irdl.base "!builtin.tensor"
      %573 = irdl.base "!builtin.tensor"
      %574 = irdl.base "!builtin.tensor"
      %575 = irdl.base "!builtin.tensor"
      %576 = irdl.base "!builtin.tensor"
      %577 = irdl.base "!builtin.tensor"
      %578 = irdl.base "!builtin.tensor"
      %579 = irdl.base "!builtin.tensor"
      %580 = irdl.base "!builtin.tensor"
      %581 = irdl.base "!builtin.tensor"
      %582 = irdl.base "!builtin.tensor"
      %583 = irdl.base "!builtin.tensor"
      %584 = irdl.base "!builtin.tensor"
      %585 = irdl.base "!builtin.tensor"
      %586 = irdl.base "!builtin.tensor"
      %587 = irdl.base "!builtin.tensor"
      %588 = irdl.base "!builtin.tensor"
      %589 = irdl.base "!builtin.tensor"
      %590 = irdl.base "!builtin.tensor"
      %591 = irdl.base "!builtin.tensor"
      %592 = irdl.base "!builtin.tensor"
      %593 = irdl.base "!builtin.tensor"
      irdl.operands(inputs_0: optional %530, inputs_1: optional %531, inputs_2: optional %532, inputs_3: optional %533, inputs_4: optional %534, inputs_5: optional %535, inputs_6: optional %536, inputs_7: optional %537, inputs_8: optional %538, inputs_9: optional %539, inputs_10: optional %540, inputs_11: optional %541, inputs_12: optional %542, inputs_13: optional %543, inputs_14: optional %544, inputs_15: optional %545, inputs_16: optional %546, inputs_17: optional %547, inputs_18: optional %548, inputs_19: optional %549, inputs_20: optional %550, inputs_21: optional %551, inputs_22: optional %552, inputs_23: optional %553, inputs_24: optional %554, inputs_25: optional %555, inputs_26: optional %556, inputs_27: optional %557, inputs_28: optional %558, inputs_29: optional %559, inputs_30: optional %560, inputs_31: optional %561, inputs_32: optional %562, inputs_33: optional %563, inputs_34: optional %564, inputs_35: optional %565, inputs_36: optional %566, inputs_37: optional %567, inputs_38: optional %568, inputs_39: optional %569, inputs_40: optional %570, inputs_41: optional %571, inputs_42: optional %572, inputs_43: optional %573, inputs_44: optional %574, inputs_45: optional %575, inputs_46: optional %576, inputs_47: optional %577, inputs_48: optional %578, inputs_49: optional %579, inputs_50: optional %580, inputs_51: optional %581, inputs_52: optional %582, inputs_53: optional %583, inputs_54: optional %584, inputs_55: optional %585, inputs_56: optional %586, inputs_57: optional %587, inputs_58: optional %588, inputs_59: optional %589, inputs_60: optional %590, inputs_61: optional %591, inputs_62: optional %592, inputs_63: optional %593)
      %594 = irdl.base "!builtin.tensor"
      %595 = irdl.base "!builtin.tensor"
      %596 = irdl.base "!builtin.tensor"
      %597 = irdl.base "!builtin.tensor"
      %598 = irdl.base "!builtin.tensor"
      %599 = irdl.base "!builtin.tensor"
      %600 = irdl.base "!builtin.tensor"
      %601 = irdl.base "!builtin.tensor"
      %602 = irdl.base "!builtin.tensor"
      %603 = irdl.base "!builtin.tensor"
      %604 = irdl.base "!builtin.tensor"
      %605 = irdl.base "!builtin.tensor"
      %606 = irdl.base "!builtin.tensor"
      %607 = irdl.base "!builtin.tensor"
      %608 = irdl.base "!builtin.tensor"
      %609 = irdl.base "!builtin.tensor"
      %610 = irdl.base "!builtin.tensor"
      %611 = irdl.base "!builtin.tensor"
      %612 = irdl.base "!builtin.tensor"
      %613 = irdl.base "!builtin.tensor"
      %614 = irdl.base "!builtin.tensor"
      %615 = irdl.base "!builtin.tensor"
      %616 = irdl.base "!builtin.tensor"
      %617 = irdl.base "!builtin.tensor"
      %618 = irdl.base "!builtin.tensor"
      %619 = irdl.base "!builtin.tensor"
      %620 = irdl.base "!builtin.tensor"
      %621 = irdl.base "!builtin.tensor"
      %622 = irdl.base "!builtin.tensor"
      %623 = irdl.base "!builtin.tensor"
      %624 = irdl.base "!builtin.tensor"
      %625 = irdl.base "!builtin.tensor"
      %626 = irdl.base "!builtin.tensor"
      %627 = irdl.base "!builtin.tensor"
      %628 = irdl.base "!builtin.tensor"
      %629 = irdl.base "!builtin.tensor"
      %630 = irdl.base "!builtin.tensor"
      %631 = irdl.base "!builtin.tensor"
      %632 = irdl.base "!builtin.tensor"
      %633 = irdl.base "!builtin.tensor"
      %634 = irdl.base "!builtin.tensor"
      %635 = irdl.base "!builtin.tensor"
      %636 = irdl.base "!builtin.tensor"
      %637 = irdl.base "!builtin.tensor"
      %638 = irdl.base "!builtin.tensor"
      %639 = irdl.base "!builtin.tensor"
      %640 = irdl.base "!builtin.tensor"
      %641 = irdl.base "!builtin.tensor"
      %642 = irdl.base "!builtin.tensor"
      %643 = irdl.base "!builtin.tensor"
      %644 = irdl.base "!builtin.tensor"
      %645 = irdl.base "!builtin.tensor"
      %646 = irdl.base "!builtin.tensor"
      %647 = irdl.base "!builtin.tensor"
      %648 = irdl.base "!builtin.tensor"
      %649 = irdl.base "!builtin.tensor"
      %650 = irdl.base "!builtin.tensor"
      %651 = irdl.base "!builtin.tensor"
      %652 = irdl.base "!builtin.tensor"
      %653 = irdl.base "!builtin.tensor"
      %654 = irdl.base "!builtin.tensor"
      %655 = irdl.base "!builtin.tensor"
      %656 = irdl.base "!builtin.tensor"
      %657 = irdl.base "!builtin.tensor"
      irdl.results(outputs_0: optional %594, outputs_1: optional %595, outputs_2: optional %596, outputs_3: optional %597, outputs_4: optional %598, outputs_5: optional %599, outputs_6: optional %600, outputs_7: optional %601, outputs_8: optional %602, outputs_9: optional %603, outputs_10: optional %604, outputs_11: optional %605, outputs_12: optional %606, outputs_13: optional %607, outputs_14: optional %608, outputs_15: optional %609, outputs_16: optional %610, outputs_17: optional %611, outputs_18: optional %612, outputs_19: optional %613, outputs_20: optional %614, outputs_21: optional %615, outputs_22: optional %616, outputs_23: optional %617, outputs_24: optional %618, outputs_25: optional %619, outputs_26: optional %620, outputs_27: optional %621, outputs_28: optional %622, outputs_29: optional %623, outputs_30: optional %624, outputs_31: optional %625, outputs_32: optional %626, outputs_33: optional %627, outputs_34: optional %628, outputs_35: optional %629, outputs_36: optional %630, outputs_37: optional %631, outputs_38: optional %632, outputs_39: optional %633, outputs_40: optional %634, outputs_41: optional %635, outputs_42: optional %636, outputs_43: optional %637, outputs_44: optional %638, outputs_45: optional %639, outputs_46: optional %640, outputs_47: optional %641, outputs_48: optional %642, outputs_49: optional %643, outputs_50: optional %644, outputs_51: optional %645, outputs_52: optional %646, outputs_53: optional %647, outputs_54: optional %648, outputs_55: optional %649, outputs_56: optional %650, outputs_57: optional %651, outputs_58: optional %652, outputs_59: optional %653, outputs_60: optional %654, outputs_61: optional %655, outputs_62: optional %656, outputs_63: optional %657)
      %658 = irdl.base "#builtin.string"
      %659 = irdl.base "#builtin.string"
      %660 = irdl.base "#builtin.integer"
      %661 = irdl.base "#builtin.dictionary"
      irdl.attributes {
        "op_type" = %658,
        "domain" = %659,
        "opset" = %660,
        "onnx_attributes" = %661
      }
    }
    irdl.operation @call {
      %662 = irdl.base "!builtin.tensor"
      %663 = irdl.base "!builtin.tensor"
      %664 = irdl.base "!builtin.tensor"
      %665 = irdl.base "!builtin.tensor"
      %666 = irdl.base "!builtin.tensor"
      %667 = irdl.base "!builtin.tensor"
      %668 = irdl.base "!builtin.tensor"
      %669 = irdl.base "!builtin.tensor"
      %670 = irdl.base "!builtin.tensor"
      %671 = irdl.base "!builtin.tensor"
      %672 = irdl.base "!builtin.tensor"
      %673 = irdl.base "!builtin.tensor"
      %674 = irdl.base "!builtin.tensor"
      %675 = irdl.base "!builtin.tensor"
      %676 = irdl.base "!builtin.tensor"
      %677 = irdl.base "!builtin.tensor"
      %678 = irdl.base "!builtin.tensor"
      %679 = irdl.base "!builtin.tensor"
      %680 = irdl.base "!builtin.tensor"
      %681 = irdl.base "!builtin.tensor"
      %682 = irdl.base "!builtin.tensor"
      %683 = irdl.base "!builtin.tensor"
      %684 = irdl.base "!builtin.tensor"
      %685 = irdl.base "!builtin.tensor"
      %686 = irdl.base "!builtin.tensor"
      %687 = irdl.base "!builtin.tensor"
      %688 = irdl.base "!builtin.tensor"
      %689 = irdl.base "!builtin.tensor"
      %690 = irdl.base "!builtin.tensor"
      %691 = irdl.base "!builtin.tensor"
      %692 = irdl.base "!builtin.tensor"
      %693 = irdl.base "!builtin.tensor"
      %694 = irdl.base "!builtin.tensor"
      %695 = irdl.base "!builtin.tensor"
      %696 = irdl.base "!builtin.tensor"
      %697 = irdl.base "!builtin.tensor"
      %698 = irdl.base "!builtin.tensor"
      %699 = irdl.base "!builtin.tensor"
      %700 = irdl.base "!builtin.tensor"
      %701 = irdl.base "!builtin.tensor"
      %702 = irdl.base "!builtin.tensor"
      %703 = irdl.base "!builtin.tensor"
      %704 = irdl.base "!builtin.tensor"
      %705 = irdl.base "!builtin.tensor"
      %706 = irdl.base "!builtin.tensor"
      %707 = irdl.base "!builtin.tensor"
      %708 = irdl.base "!builtin.tensor"
      %709 = irdl.base "!builtin.tensor"
      %710 = irdl.base "!builtin.tensor"
      %711 = irdl.base "!builtin.tensor"
      %712 = irdl.base "!builtin.tensor"
      %713 = irdl.base "!builtin.tensor"
      %714 = irdl.base "!builtin.tensor"
      %715 = irdl.base "!builtin.tensor"
      %716 = irdl.base "!builtin.tensor"
      %717 = irdl.base "!builtin.tensor"
      %718 = irdl.base "!builtin.tensor"
      %719 = irdl.base "!builtin.tensor"
      %720 = irdl.base "!builtin.tensor"
      %721 = irdl.base "!builtin.tensor"
      %722 = irdl.base "!builtin.tensor"
      %723 = irdl.base "!builtin.tensor"
      %724 = irdl.base "!builtin.tensor"
      %725 = irdl.base "!builtin.tensor"
      irdl.operands(inputs_0: optional %662, inputs_1: optional %663, inputs_2: optional %664, inputs_3: optional %665, inputs_4: optional %666, inputs_5: optional %667, inputs_6: optional %668, inputs_7: optional %669, inputs_8: optional %670, inputs_9: optional %671, inputs_10: optional %672, inputs_11: optional %673, inputs_12: optional %674, inputs_13: optional %675, inputs_14: optional %676, inputs_15: optional %677, inputs_16: optional %678, inputs_17: optional %679, inputs_18: optional %680, inputs_19: optional %681, inputs_20: optional %682, inputs_21: optional %683, inputs_22: optional %684, inputs_23: optional %685, inputs_24: optional %686, inputs_25: optional %687, inputs_26: optional %688, inputs_27: optional %689, inputs_28: optional %690, inputs_29: optional %691, inputs_30: optional %692, inputs_31: optional %693, inputs_32: optional %694, inputs_33: optional %695, inputs_34: optional %696, inputs_35: optional %697, inputs_36: optional %698, inputs_37: optional %699, inputs_38: optional %700, inputs_39: optional %701, inputs_40: optional %702, inputs_41: optional %703, inputs_42: optional %704, inputs_43: optional %705, inputs_44: optional %706, inputs_45: optional %707, inputs_46: optional %708, inputs_47: optional %709, inputs_48: optional %710, inputs_49: optional %711, inputs_50: optional %712, inputs_51: optional %713, inputs_52: optional %714, inputs_53: optional %715, inputs_54: optional %716, inputs_55: optional %717, inputs_56: optional %718, inputs_57: optional %719, inputs_58: optional %720, inputs_59: optional %721, inputs_60: optional %722, inputs_61: optional %723, inputs_62: optional %724, inputs_63: optional %725)
      %726 = irdl.base "!builtin.tensor"
      %727 = irdl.base "!builtin.tensor"
      %728 = irdl.base "!builtin.tensor"
      %729 = irdl.base "!builtin.tensor"
      %730 = irdl.base "!builtin.tensor"
      %731 = irdl.base "!builtin.tensor"
      %732 = irdl.base "!builtin.tensor"
      %733 = irdl.base "!builtin.tensor"
      %734 = irdl.base "!builtin.tensor"
      %735 = irdl.base "!builtin.tensor"
      %736 = irdl.base "!builtin.tensor"
      %737 = irdl.base "!builtin.tensor"
      %738 = irdl.base "!builtin.tensor"
      %739 = irdl.base "!builtin.tensor"
      %740 = irdl.base "!builtin.tensor"
      %741 = irdl.base "!builtin.tensor"
      %742 = irdl.base "!builtin.tensor"
      %743 = irdl.base "!builtin.tensor"
      %744 = irdl.base "!builtin.tensor"
      %745 = irdl.base "!builtin.tensor"
      %746 = irdl.base "!builtin.tensor"
      %747 = irdl.base "!builtin.tensor"
      %748 = irdl.base "!builtin.tensor"
      %749 = irdl.base "!builtin.tensor"
      %750 = irdl.base "!builtin.tensor"
      %751 = irdl.base "!builtin.tensor"
      %752 = irdl.base "!builtin.tensor"
      %753 = irdl.base "!builtin.tensor"
      %754 = irdl.base "!builtin.tensor"
      %755 = irdl.base "!builtin.tensor"
      %756 = irdl.base "!builtin.tensor"
      %757 = irdl.base "!builtin.tensor"
      %758 = irdl.base "!builtin.tensor"
      %759 = irdl.base "!builtin.tensor"
      %760 = irdl.base "!builtin.tensor"
      %761 = irdl.base "!builtin.tensor"
      %762 = irdl.base "!builtin.tensor"
      %763 = irdl.base "!builtin.tensor"
      %764 = irdl.base "!builtin.tensor"
      %765 = irdl.base "!builtin.tensor"
      %766 = irdl.base "!builtin.tensor"
      %767 = irdl.base "!builtin.tensor"
      %768 = irdl.base "!builtin.tensor"
      %769 = irdl.base "!builtin.tensor"
      %770 = irdl.base "!builtin.tensor"
      %771 = irdl.base "!builtin.tensor"
      %772 = irdl.base "!builtin.tensor"
      %773 = irdl.base "!builtin.tensor"
      %774 = irdl.base "!builtin.tensor"
      %775 = irdl.base "!builtin.tensor"
      %776 = irdl.base "!builtin.tensor"
      %777 = irdl.base "!builtin.tensor"
      %778 = irdl.base "!builtin.tensor"
      %779 = irdl.base "!builtin.tensor"
      %780 = irdl.base "!builtin.tensor"
      %781 = irdl.base "!builtin.tensor"
      %782 = irdl.base "!builtin.tensor"
      %783 = irdl.base "!builtin.tensor"
      %784 = irdl.base "!builtin.tensor"
      %785 = irdl.base "!builtin.tensor"
      %786 = irdl.base "!builtin.tensor"
      %787 = irdl.base "!builtin.tensor"
      %788 = irdl.base "!builtin.tensor"
      %789 = irdl.base "!builtin.tensor"
      irdl.results(outputs_0: optional %726, outputs_1: optional %727, outputs_2: optional %728, outputs_3: optional %729, outputs_4: optional %730, outputs_5: optional %731, outputs_6: optional %732, outputs_7: optional %733, outputs_8: optional %734, outputs_9: optional %735, outputs_10: optional %736, outputs_11: optional %737, outputs_12: optional %738, outputs_13: optional %739, outputs_14: optional %740, outputs_15: optional %741, outputs_16: optional %742, outputs_17: optional %743, outputs_18: optional %744, outputs_19: optional %745, outputs_20: optional %746, outputs_21: optional %747, outputs_22: optional %748, outputs_23: optional %749, outputs_24: optional %750, outputs_25: optional %751, outputs_26: optional %752, outputs_27: optional %753, outputs_28: optional %754, outputs_29: optional %755, outputs_30: optional %756, outputs_31: optional %757, outputs_32: optional %758, outputs_33: optional %759, outputs_34: optional %760, outputs_35: optional %761, outputs_36: optional %762, outputs_37: optional %763, outputs_38: optional %764, outputs_39: optional %765, outputs_40: optional %766, outputs_41: optional %767, outputs_42: optional %768, outputs_43: optional %769, outputs_44: optional %770, outputs_45: optional %771, outputs_46: optional %772, outputs_47: optional %773, outputs_48: optional %774, outputs_49: optional %775, outputs_50: optional %776, outputs_51: optional %777, outputs_52: optional %778, outputs_53: optional %779, outputs_54: optional %780, outputs_55: optional %781, outputs_56: optional %782, outputs_57: optional %783, outputs_58: optional %784, outputs_59: optional %785, outputs_60: optional %786, outputs_61: optional %787, outputs_62: optional %788, outputs_63: optional %789)
      %790 = irdl.base "#builtin.symbol_ref"
      irdl.attributes {
        "callee" = %790
      }
    }
    irdl.operation @for {
      %791 = irdl.base "!builtin.tensor"
      %792 = irdl.base @graph::@var
      %793 = irdl.any_of(%791, %792)
      %794 = irdl.base "!builtin.tensor"
      %795 = irdl.base @graph::@var
      %796 = irdl.any_of(%794, %795)
      %797 = irdl.base "!builtin.tensor"
      %798 = irdl.base @graph::@var
      %799 = irdl.any_of(%797, %798)
      %800 = irdl.base "!builtin.tensor"
      %801 = irdl.base @graph::@var
      %802 = irdl.any_of(%800, %801)
      %803 = irdl.base "!builtin.tensor"
      %804 = irdl.base @graph::@var
      %805 = irdl.any_of(%803, %804)
      %806 = irdl.base "!builtin.tensor"
      %807 = irdl.base @graph::@var
      %808 = irdl.any_of(%806, %807)
      %809 = irdl.base "!builtin.tensor"
      %810 = irdl.base @graph::@var
      %811 = irdl.any_of(%809, %810)
      %812 = irdl.base "!builtin.tensor"
      %813 = irdl.base @graph::@var
      %814 = irdl.any_of(%812, %813)
      %815 = irdl.base "!builtin.tensor"
      %816 = irdl.base @graph::@var
      %817 = irdl.any_of(%815, %816)
      %818 = irdl.base "!builtin.tensor"
      %819 = irdl.base @graph::@var
      %820 = irdl.any_of(%818, %819)
      %821 = irdl.base "!builtin.tensor"
      %822 = irdl.base @graph::@var
      %823 = irdl.any_of(%821, %822)
      %824 = irdl.base "!builtin.tensor"
      %825 = irdl.base @graph::@var
      %826 = irdl.any_of(%824, %825)
      %827 = irdl.base "!builtin.tensor"
      %828 = irdl.base @graph::@var
      %829 = irdl.any_of(%827, %828)
      %830 = irdl.base "!builtin.tensor"
      %831 = irdl.base @graph::@var
      %832 = irdl.any_of(%830, %831)
      %833 = irdl.base "!builtin.tensor"
      %834 = irdl.base @graph::@var
      %835 = irdl.any_of(%833, %834)
      %836 = irdl.base "!builtin.tensor"
      %837 = irdl.base @graph::@var
      %838 = irdl.any_of(%836, %837)
      %839 = irdl.base "!builtin.tensor"
      %840 = irdl.base @graph::@var
      %841 = irdl.any_of(%839, %840)
      %842 = irdl.base "!builtin.tensor"
      %843 = irdl.base @graph::@var
      %844 = irdl.any_of(%842, %843)
      %845 = irdl.base "!builtin.tensor"
      %846 = irdl.base @graph::@var
      %847 = irdl.any_of(%845, %846)
      %848 = irdl.base "!builtin.tensor"
      %849 = irdl.base @graph::@var
      %850 = irdl.any_of(%848, %849)
      %851 = irdl.base "!builtin.tensor"
      %852 = irdl.base @graph::@var
      %853 = irdl.any_of(%851, %852)
      %854 = irdl.base "!builtin.tensor"
      %855 = irdl.base @graph::@var
      %856 = irdl.any_of(%854, %855)
      %857 = irdl.base "!builtin.tensor"
      %858 = irdl.base @graph::@var
      %859 = irdl.any_of(%857, %858)
      %860 = irdl.base "!builtin.tensor"
      %861 = irdl.base @graph::@var
      %862 = irdl.any_of(%860, %861)
      %863 = irdl.base "!builtin.tensor"
      %864 = irdl.base @graph::@var
      %865 = irdl.any_of(%863, %864)
      %866 = irdl.base "!builtin.tensor"
      %867 = irdl.base @graph::@var
      %868 = irdl.any_of(%866, %867)
      %869 = irdl.base "!builtin.tensor"
      %870 = irdl.base @graph::@var
      %871 = irdl.any_of(%869, %870)
      %872 = irdl.base "!builtin.tensor"
      %873 = irdl.base @graph::@var
      %874 = irdl.any_of(%872, %873)
      %875 = irdl.base "!builtin.tensor"
      %876 = irdl.base @graph::@var
      %877 = irdl.any_of(%875, %876)
      %878 = irdl.base "!builtin.tensor"
      %879 = irdl.base @graph::@var
      %880 = irdl.any_of(%878, %879)
      %881 = irdl.base "!builtin.tensor"
      %882 = irdl.base @graph::@var
      %883 = irdl.any_of(%881, %882)
      %884 = irdl.base "!builtin.tensor"
      %885 = irdl.base @graph::@var
      %886 = irdl.any_of(%884, %885)
      %887 = irdl.base "!builtin.tensor"
      %888 = irdl.base @graph::@var
      %889 = irdl.any_of(%887, %888)
      %890 = irdl.base "!builtin.tensor"
      %891 = irdl.base @graph::@var
      %892 = irdl.any_of(%890, %891)
      %893 = irdl.base "!builtin.tensor"
      %894 = irdl.base @graph::@var
      %895 = irdl.any_of(%893, %894)
      %896 = irdl.base "!builtin.tensor"
      %897 = irdl.base @graph::@var
      %898 = irdl.any_of(%896, %897)
      %899 = irdl.base "!builtin.tensor"
      %900 = irdl.base @graph::@var
      %901 = irdl.any_of(%899, %900)
      %902 = irdl.base "!builtin.tensor"
      %903 = irdl.base @graph::@var
      %904 = irdl.any_of(%902, %903)
      %905 = irdl.base "!builtin.tensor"
      %906 = irdl.base @graph::@var
      %907 = irdl.any_of(%905, %906)
      %908 = irdl.base "!builtin.tensor"
      %909 = irdl.base @graph::@var
      %910 = irdl.any_of(%908, %909)
      %911 = irdl.base "!builtin.tensor"
      %912 = irdl.base @graph::@var
      %913 = irdl.any_of(%911, %912)
      %914 = irdl.base "!builtin.tensor"
      %915 = irdl.base @graph::@var
      %916 = irdl.any_of(%914, %915)
      %917 = irdl.base "!builtin.tensor"
      %918 = irdl.base @graph::@var
      %919 = irdl.any_of(%917, %918)
      %920 = irdl.base "!builtin.tensor"
      %921 = irdl.base @graph::@var
      %922 = irdl.any_of(%920, %921)
      %923 = irdl.base "!builtin.tensor"
      %924 = irdl.base @graph::@var
      %925 = irdl.any_of(%923, %924)
      %926 = irdl.base "!builtin.tensor"
      %927 = irdl.base @graph::@var
      %928 = irdl.any_of(%926, %927)
      %929 = irdl.base "!builtin.tensor"
      %930 = irdl.base @graph::@var
      %931 = irdl.any_of(%929, %930)
      %932 = irdl.base "!builtin.tensor"
      %933 = irdl.base @graph::@var
      %934 = irdl.any_of(%932, %933)
      %935 = irdl.base "!builtin.tensor"
      %936 = irdl.base @graph::@var
      %937 = irdl.any_of(%935, %936)
      %938 = irdl.base "!builtin.tensor"
      %939 = irdl.base @graph::@var
      %940 = irdl.any_of(%938, %939)
      %941 = irdl.base "!builtin.tensor"
      %942 = irdl.base @graph::@var
      %943 = irdl.any_of(%941, %942)
      %944 = irdl.base "!builtin.tensor"
      %945 = irdl.base @graph::@var
      %946 = irdl.any_of(%944, %945)
      %947 = irdl.base "!builtin.tensor"
      %948 = irdl.base @graph::@var
      %949 = irdl.any_of(%947, %948)
      %950 = irdl.base "!builtin.tensor"
      %951 = irdl.base @graph::@var
      %952 = irdl.any_of(%950, %951)
      %953 = irdl.base "!builtin.tensor"
      %954 = irdl.base @graph::@var
      %955 = irdl.any_of(%953, %954)
      %956 = irdl.base "!builtin.tensor"
      %957 = irdl.base @graph::@var
      %958 = irdl.any_of(%956, %957)
      %959 = irdl.base "!builtin.tensor"
      %960 = irdl.base @graph::@var
      %961 = irdl.any_of(%959, %960)
      %962 = irdl.base "!builtin.tensor"
      %963 = irdl.base @graph::@var
      %964 = irdl.any_of(%962, %963)
      %965 = irdl.base "!builtin.tensor"
      %966 = irdl.base @graph::@var
      %967 = irdl.any_of(%965, %966)
      %968 = irdl.base "!builtin.tensor"
      %969 = irdl.base @graph::@var
      %970 = irdl.any_of(%968, %969)
      %971 = irdl.base "!builtin.tensor"
      %972 = irdl.base @graph::@var
      %973 = irdl.any_of(%971, %972)
      %974 = irdl.base "!builtin.tensor"
      %975 = irdl.base @graph::@var
      %976 = irdl.any_of(%974, %975)
      %977 = irdl.base "!builtin.tensor"
      %978 = irdl.base @graph::@var
      %979 = irdl.any_of(%977, %978)
      %980 = irdl.base "!builtin.tensor"
      %981 = irdl.base @graph::@var
      %982 = irdl.any_of(%980, %981)
      irdl.operands(inputs_0: optional %793, inputs_1: optional %796, inputs_2: optional %799, inputs_3: optional %802, inputs_4: optional %805, inputs_5: optional %808, inputs_6: optional %811, inputs_7: optional %814, inputs_8: optional %817, inputs_9: optional %820, inputs_10: optional %823, inputs_11: optional %826, inputs_12: optional %829, inputs_13: optional %832, inputs_14: optional %835, inputs_15: optional %838, inputs_16: optional %841, inputs_17: optional %844, inputs_18: optional %847, inputs_19: optional %850, inputs_20: optional %853, inputs_21: optional %856, inputs_22: optional %859, inputs_23: optional %862, inputs_24: optional %865, inputs_25: optional %868, inputs_26: optional %871, inputs_27: optional %874, inputs_28: optional %877, inputs_29: optional %880, inputs_30: optional %883, inputs_31: optional %886, inputs_32: optional %889, inputs_33: optional %892, inputs_34: optional %895, inputs_35: optional %898, inputs_36: optional %901, inputs_37: optional %904, inputs_38: optional %907, inputs_39: optional %910, inputs_40: optional %913, inputs_41: optional %916, inputs_42: optional %919, inputs_43: optional %922, inputs_44: optional %925, inputs_45: optional %928, inputs_46: optional %931, inputs_47: optional %934, inputs_48: optional %937, inputs_49: optional %940, inputs_50: optional %943, inputs_51: optional %946, inputs_52: optional %949, inputs_53: optional %952, inputs_54: optional %955, inputs_55: optional %958, inputs_56: optional %961, inputs_57: optional %964, inputs_58: optional %967, inputs_59: optional %970, inputs_60: optional %973, inputs_61: optional %976, inputs_62: optional %979, inputs_63: optional %982)
      %983 = irdl.base "!builtin.tensor"
      %984 = irdl.base "!builtin.tensor"
      %985 = irdl.base "!builtin.tensor"
      %986 = irdl.base "!builtin.tensor"
      %987 = irdl.base "!builtin.tensor"
      %988 = irdl.base "!builtin.tensor"
      %989 = irdl.base "!builtin.tensor"
      %990 = irdl.base "!builtin.tensor"
      %991 = irdl.base "!builtin.tensor"
      %992 = irdl.base "!builtin.tensor"
      %993 = irdl.base "!builtin.tensor"
      %994 = irdl.base "!builtin.tensor"
      %995 = irdl.base "!builtin.tensor"
      %996 = irdl.base "!builtin.tensor"
      %997 = irdl.base "!builtin.tensor"
      %998 = irdl.base "!builtin.tensor"
      %999 = irdl.base "!builtin.tensor"
      %1000 = irdl.base "!builtin.tensor"
      %1001 = irdl.base "!builtin.tensor"
      %1002 = irdl.base "!builtin.tensor"
      %1003 = irdl.base "!builtin.tensor"
      %1004 = irdl.base "!builtin.tensor"
      %1005 = irdl.base "!builtin.tensor"
      %1006 = irdl.base "!builtin.tensor"
      %1007 = irdl.base "!builtin.tensor"
      %1008 = irdl.base "!builtin.tensor"
      %1009 = irdl.base "!builtin.tensor"
      %1010 = irdl.base "!builtin.tensor"
      %1011 = irdl.base "!builtin.tensor"
      %1012 = irdl.base "!builtin.tensor"
      %1013 = irdl.base "!builtin.tensor"
      %1014 = irdl.base "!builtin.tensor"
      %1015 = irdl.base "!builtin.tensor"
      %1016 = irdl.base "!builtin.tensor"
      %1017 = irdl.base "!builtin.tensor"
      %1018 = irdl.base "!builtin.tensor"
      %1019 = irdl.base "!builtin.tensor"
      %1020 = irdl.base "!builtin.tensor"
      %1021 = irdl.base "!builtin.tensor"
      %1022 = irdl.base "!builtin.tensor"
      %1023 = irdl.base "!builtin.tensor"
      %1024 = irdl.base "!builtin.tensor"
      %1025 = irdl.base "!builtin.tensor"
      %1026 = irdl.base "!builtin.tensor"
      %1027 = irdl.base "!builtin.tensor"
      %1028 = irdl.base "!builtin.tensor"
      %1029 = irdl.base "!builtin.tensor"
      %1030 = irdl.base "!builtin.tensor"
      %1031 = irdl.base "!builtin.tensor"
      %1032 = irdl.base "!builtin.tensor"
      %1033 = irdl.base "!builtin.tensor"
      %1034 = irdl.base "!builtin.tensor"
      %1035 = irdl.base "!builtin.tensor"
      %1036 = irdl.base "!builtin.tensor"
      %1037 = irdl.base "!builtin.tensor"
      %1038 = irdl.base "!builtin.tensor"
      %1039 = irdl.base "!builtin.tensor"
      %1040 = irdl.base "!builtin.tensor"
      %1041 = irdl.base "!builtin.tensor"
      %1042 = irdl.base "!builtin.tensor"
      %1043 = irdl.base "!builtin.tensor"
      %1044 = irdl.base "!builtin.tensor"
      %1045 = irdl.base "!builtin.tensor"
      %1046 = irdl.base "!builtin.tensor"
      irdl.results(outputs_0: optional %983, outputs_1: optional %984, outputs_2: optional %985, outputs_3: optional %986, outputs_4: optional %987, outputs_5: optional %988, outputs_6: optional %989, outputs_7: optional %990, outputs_8: optional %991, outputs_9: optional %992, outputs_10: optional %993, outputs_11: optional %994, outputs_12: optional %995, outputs_13: optional %996, outputs_14: optional %997, outputs_15: optional %998, outputs_16: optional %999, outputs_17: optional %1000, outputs_18: optional %1001, outputs_19: optional %1002, outputs_20: optional %1003, outputs_21: optional %1004, outputs_22: optional %1005, outputs_23: optional %1006, outputs_24: optional %1007, outputs_25: optional %1008, outputs_26: optional %1009, outputs_27: optional %1010, outputs_28: optional %1011, outputs_29: optional %1012, outputs_30: optional %1013, outputs_31: optional %1014, outputs_32: optional %1015, outputs_33: optional %1016, outputs_34: optional %1017, outputs_35: optional %1018, outputs_36: optional %1019, outputs_37: optional %1020, outputs_38: optional %1021, outputs_39: optional %1022, outputs_40: optional %1023, outputs_41: optional %1024, outputs_42: optional %1025, outputs_43: optional %1026, outputs_44: optional %1027, outputs_45: optional %1028, outputs_46: optional %1029, outputs_47: optional %1030, outputs_48: optional %1031, outputs_49: optional %1032, outputs_50: optional %1033, outputs_51: optional %1034, outputs_52: optional %1035, outputs_53: optional %1036, outputs_54: optional %1037, outputs_55: optional %1038, outputs_56: optional %1039, outputs_57: optional %1040, outputs_58: optional %1041, outputs_59: optional %1042, outputs_60: optional %1043, outputs_61: optional %1044, outputs_62: optional %1045, outputs_63: optional %1046)
      %1047 = irdl.base "#builtin.integer"
      irdl.attributes {
        "count" = %1047
      }
      %1048 = irdl.region with size 1
      irdl.regions(body: %1048)
    }
    irdl.operation @if {
      %1049 = irdl.is tensor<i1>
      %1050 = irdl.base "!builtin.tensor"
      %1051 = irdl.base @graph::@var
      %1052 = irdl.any_of(%1050, %1051)
      %1053 = irdl.base "!builtin.tensor"
      %1054 = irdl.base @graph::@var
      %1055 = irdl.any_of(%1053, %1054)
      %1056 = irdl.base "!builtin.tensor"
      %1057 = irdl.base @graph::@var
      %1058 = irdl.any_of(%1056, %1057)
      %1059 = irdl.base "!builtin.tensor"
      %1060 = irdl.base @graph::@var
      %1061 = irdl.any_of(%1059, %1060)
      %1062 = irdl.base "!builtin.tensor"
      %1063 = irdl.base @graph::@var
      %1064 = irdl.any_of(%1062, %1063)
      %1065 = irdl.base "!builtin.tensor"
      %1066 = irdl.base @graph::@var
      %1067 = irdl.any_of(%1065, %1066)
      %1068 = irdl.base "!builtin.tensor"
      %1069 = irdl.base @graph::@var
      %1070 = irdl.any_of(%1068, %1069)
      %1071 = irdl.base "!builtin.tensor"
      %1072 = irdl.base @graph::@var
      %1073 = irdl.any_of(%1071, %1072)
      %1074 = irdl.base "!builtin.tensor"
      %1075 = irdl.base @graph::@var
      %1076 = irdl.any_of(%1074, %1075)
      %1077 = irdl.base "!builtin.tensor"
      %1078 = irdl.base @graph::@var
      %1079 = irdl.any_of(%1077, %1078)
      %1080 = irdl.base "!builtin.tensor"
      %1081 = irdl.base @graph::@var
      %1082 = irdl.any_of(%1080, %1081)
      %1083 = irdl.base "!builtin.tensor"
      %1084 = irdl.base @graph::@var
      %1085 = irdl.any_of(%1083, %1084)
      %1086 = irdl.base "!builtin.tensor"
      %1087 = irdl.base @graph::@var
      %1088 = irdl.any_of(%1086, %1087)
      %1089 = irdl.base "!builtin.tensor"
      %1090 = irdl.base @graph::@var
      %1091 = irdl.any_of(%1089, %1090)
      %1092 = irdl.base "!builtin.tensor"
      %1093 = irdl.base @graph::@var
      %1094 = irdl.any_of(%1092, %1093)
      %1095 = irdl.base "!builtin.tensor"
      %1096 = irdl.base @graph::@var
      %1097 = irdl.any_of(%1095, %1096)
      %1098 = irdl.base "!builtin.tensor"
      %1099 = irdl.base @graph::@var
      %1100 = irdl.any_of(%1098, %1099)
      %1101 = irdl.base "!builtin.tensor"
      %1102 = irdl.base @graph::@var
      %1103 = irdl.any_of(%1101, %1102)
      %1104 = irdl.base "!builtin.tensor"
      %1105 = irdl.base @graph::@var
      %1106 = irdl.any_of(%1104, %1105)
      %1107 = irdl.base "!builtin.tensor"
      %1108 = irdl.base @graph::@var
      %1109 = irdl.any_of(%1107, %1108)
      %1110 = irdl.base "!builtin.tensor"
      %1111 = irdl.base @graph::@var
      %1112 = irdl.any_of(%1110, %1111)
      %1113 = irdl.base "!builtin.tensor"
      %1114 = irdl.base @graph::@var
      %1115 = irdl.any_of(%1113, %1114)
      %1116 = irdl.base "!builtin.tensor"
      %1117 = irdl.base @graph::@var
      %1118 = irdl.any_of(%1116, %1117)
      %1119 = irdl.base "!builtin.tensor"
      %1120 = irdl.base @graph::@var
      %1121 = irdl.any_of(%1119, %1120)
      %1122 = irdl.base "!builtin.tensor"
      %1123 = irdl.base @graph::@var
      %1124 = irdl.any_of(%1122, %1123)
      %1125 = irdl.base "!builtin.tensor"
      %1126 = irdl.base @graph::@var
      %1127 = irdl.any_of(%1125, %1126)
      %1128 = irdl.base "!builtin.tensor"
      %1129 = irdl.base @graph::@var
      %1130 = irdl.any_of(%1128, %1129)
      %1131 = irdl.base "!builtin.tensor"
      %1132 = irdl.base @graph::@var
      %1133 = irdl.any_of(%1131, %1132)
      %1134 = irdl.base "!builtin.tensor"
      %1135 = irdl.base @graph::@var
      %1136 = irdl.any_of(%1134, %1135)
      %1137 = irdl.base "!builtin.tensor"
      %1138 = irdl.base @graph::@var
      %1139 = irdl.any_of(%1137, %1138)
      %1140 = irdl.base "!builtin.tensor"
      %1141 = irdl.base @graph::@var
      %1142 = irdl.any_of(%1140, %1141)
      %1143 = irdl.base "!builtin.tensor"
      %1144 = irdl.base @graph::@var
      %1145 = irdl.any_of(%1143, %1144)
      %1146 = irdl.base "!builtin.tensor"
      %1147 = irdl.base @graph::@var
      %1148 = irdl.any_of(%1146, %1147)
      %1149 = irdl.base "!builtin.tensor"
      %1150 = irdl.base @graph::@var
      %1151 = irdl.any_of(%1149, %1150)
      %1152 = irdl.base "!builtin.tensor"
      %1153 = irdl.base @graph::@var
      %1154 = irdl.any_of(%1152, %1153)
      %1155 = irdl.base "!builtin.tensor"
      %1156 = irdl.base @graph::@var
      %1157 = irdl.any_of(%1155, %1156)
      %1158 = irdl.base "!builtin.tensor"
      %1159 = irdl.base @graph::@var
      %1160 = irdl.any_of(%1158, %1159)
      %1161 = irdl.base "!builtin.tensor"
      %1162 = irdl.base @graph::@var
      %1163 = irdl.any_of(%1161, %1162)
      %1164 = irdl.base "!builtin.tensor"
      %1165 = irdl.base @graph::@var
      %1166 = irdl.any_of(%1164, %1165)
      %1167 = irdl.base "!builtin.tensor"
      %1168 = irdl.base @graph::@var
      %1169 = irdl.any_of(%1167, %1168)
      %1170 = irdl.base "!builtin.tensor"
      %1171 = irdl.base @graph::@var
      %1172 = irdl.any_of(%1170, %1171)
      %1173 = irdl.base "!builtin.tensor"
      %1174 = irdl.base @graph::@var
      %1175 = irdl.any_of(%1173, %1174)
      %1176 = irdl.base "!builtin.tensor"
      %1177 = irdl.base @graph::@var
      %1178 = irdl.any_of(%1176, %1177)
      %1179 = irdl.base "!builtin.tensor"
      %1180 = irdl.base @graph::@var
      %1181 = irdl.any_of(%1179, %1180)
      %1182 = irdl.base "!builtin.tensor"
      %1183 = irdl.base @graph::@var
      %1184 = irdl.any_of(%1182, %1183)
      %1185 = irdl.base "!builtin.tensor"
      %1186 = irdl.base @graph::@var
      %1187 = irdl.any_of(%1185, %1186)
      %1188 = irdl.base "!builtin.tensor"
      %1189 = irdl.base @graph::@var
      %1190 = irdl.any_of(%1188, %1189)
      %1191 = irdl.base "!builtin.tensor"
      %1192 = irdl.base @graph::@var
      %1193 = irdl.any_of(%1191, %1192)
      %1194 = irdl.base "!builtin.tensor"
      %1195 = irdl.base @graph::@var
      %1196 = irdl.any_of(%1194, %1195)
      %1197 = irdl.base "!builtin.tensor"
      %1198 = irdl.base @graph::@var
      %1199 = irdl.any_of(%1197, %1198)
      %1200 = irdl.base "!builtin.tensor"
      %1201 = irdl.base @graph::@var
      %1202 = irdl.any_of(%1200, %1201)
      %1203 = irdl.base "!builtin.tensor"
      %1204 = irdl.base @graph::@var
      %1205 = irdl.any_of(%1203, %1204)
      %1206 = irdl.base "!builtin.tensor"
      %1207 = irdl.base @graph::@var
      %1208 = irdl.any_of(%1206, %1207)
      %1209 = irdl.base "!builtin.tensor"
      %1210 = irdl.base @graph::@var
      %1211 = irdl.any_of(%1209, %1210)
      %1212 = irdl.base "!builtin.tensor"
      %1213 = irdl.base @graph::@var
      %1214 = irdl.any_of(%1212, %1213)
      %1215 = irdl.base "!builtin.tensor"
      %1216 = irdl.base @graph::@var
      %1217 = irdl.any_of(%1215, %1216)
      %1218 = irdl.base "!builtin.tensor"
      %1219 = irdl.base @graph::@var
      %1220 = irdl.any_of(%1218, %1219)
      %1221 = irdl.base "!builtin.tensor"
      %1222 = irdl.base @graph::@var
      %1223 = irdl.any_of(%1221, %1222)
      %1224 = irdl.base "!builtin.tensor"
      %1225 = irdl.base @graph::@var
      %1226 = irdl.any_of(%1224, %1225)
      %1227 = irdl.base "!builtin.tensor"
      %1228 = irdl.base @graph::@var
      %1229 = irdl.any_of(%1227, %1228)
      %1230 = irdl.base "!builtin.tensor"
      %1231 = irdl.base @graph::@var
      %1232 = irdl.any_of(%1230, %1231)
      %1233 = irdl.base "!builtin.tensor"
      %1234 = irdl.base @graph::@var
      %1235 = irdl.any_of(%1233, %1234)
      %1236 = irdl.base "!builtin.tensor"
      %1237 = irdl.base @graph::@var
      %1238 = irdl.any_of(%1236, %1237)
      %1239 = irdl.base "!builtin.tensor"
      %1240 = irdl.base @graph::@var
      %1241 = irdl.any_of(%1239, %1240)
      irdl.operands(condition: %1049, inputs_0: optional %1052, inputs_1: optional %1055, inputs_2: optional %1058, inputs_3: optional %1061, inputs_4: optional %1064, inputs_5: optional %1067, inputs_6: optional %1070, inputs_7: optional %1073, inputs_8: optional %1076, inputs_9: optional %1079, inputs_10: optional %1082, inputs_11: optional %1085, inputs_12: optional %1088, inputs_13: optional %1091, inputs_14: optional %1094, inputs_15: optional %1097, inputs_16: optional %1100, inputs_17: optional %1103, inputs_18: optional %1106, inputs_19: optional %1109, inputs_20: optional %1112, inputs_21: optional %1115, inputs_22: optional %1118, inputs_23: optional %1121, inputs_24: optional %1124, inputs_25: optional %1127, inputs_26: optional %1130, inputs_27: optional %1133, inputs_28: optional %1136, inputs_29: optional %1139, inputs_30: optional %1142, inputs_31: optional %1145, inputs_32: optional %1148, inputs_33: optional %1151, inputs_34: optional %1154, inputs_35: optional %1157, inputs_36: optional %1160, inputs_37: optional %1163, inputs_38: optional %1166, inputs_39: optional %1169, inputs_40: optional %1172, inputs_41: optional %1175, inputs_42: optional %1178, inputs_43: optional %1181, inputs_44: optional %1184, inputs_45: optional %1187, inputs_46: optional %1190, inputs_47: optional %1193, inputs_48: optional %1196, inputs_49: optional %1199, inputs_50: optional %1202, inputs_51: optional %1205, inputs_52: optional %1208, inputs_53: optional %1211, inputs_54: optional %1214, inputs_55: optional %1217, inputs_56: optional %1220, inputs_57: optional %1223, inputs_58: optional %1226, inputs_59: optional %1229, inputs_60: optional %1232, inputs_61: optional %1235, inputs_62: optional %1238, inputs_63: optional %1241)
      %1242 = irdl.base "!builtin.tensor"
      %1243 = irdl.base "!builtin.tensor"
      %1244 = irdl.base "!builtin.tensor"
      %1245 = irdl.base "!builtin.tensor"
      %1246 = irdl.base "!builtin.tensor"
      %1247 = irdl.base "!builtin.tensor"
      %1248 = irdl.base "!builtin.tensor"
      %1249 = irdl.base "!builtin.tensor"
      %1250 = irdl.base "!builtin.tensor"
      %1251 = irdl.base "!builtin.tensor"
      %1252 = irdl.base "!builtin.tensor"
      %1253 = irdl.base "!builtin.tensor"
      %1254 = irdl.base "!builtin.tensor"
      %1255 = irdl.base "!builtin.tensor"
      %1256 = irdl.base "!builtin.tensor"
      %1257 = irdl.base "!builtin.tensor"
      %1258 = irdl.base "!builtin.tensor"
      %1259 = irdl.base "!builtin.tensor"
      %1260 = irdl.base "!builtin.tensor"
      %1261 = irdl.base "!builtin.tensor"
      %1262 = irdl.base "!builtin.tensor"
      %1263 = irdl.base "!builtin.tensor"
      %1264 = irdl.base "!builtin.tensor"
      %1265 = irdl.base "!builtin.tensor"
      %1266 = irdl.base "!builtin.tensor"
      %1267 = irdl.base "!builtin.tensor"
      %1268 = irdl.base "!builtin.tensor"
      %1269 = irdl.base "!builtin.tensor"
      %1270 = irdl.base "!builtin.tensor"
      %1271 = irdl.base "!builtin.tensor"
      %1272 = irdl.base "!builtin.tensor"
      %1273 = irdl.base "!builtin.tensor"
      %1274 = irdl.base "!builtin.tensor"
      %1275 = irdl.base "!builtin.tensor"
      %1276 = irdl.base "!builtin.tensor"
      %1277 = irdl.base "!builtin.tensor"
      %1278 = irdl.base "!builtin.tensor"
      %1279 = irdl.base "!builtin.tensor"
      %1280 = irdl.base "!builtin.tensor"
      %1281 = irdl.base "!builtin.tensor"
      %1282 = irdl.base "!builtin.tensor"
      %1283 = irdl.base "!builtin.tensor"
      %1284 = irdl.base "!builtin.tensor"
      %1285 = irdl.base "!builtin.tensor"
      %1286 = irdl.base "!builtin.tensor"
      %1287 = irdl.base "!builtin.tensor"
      %1288 = irdl.base "!builtin.tensor"
      %1289 = irdl.base "!builtin.tensor"
      %1290 = irdl.base "!builtin.tensor"
      %1291 = irdl.base "!builtin.tensor"
      %1292 = irdl.base "!builtin.tensor"
      %1293 = irdl.base "!builtin.tensor"
      %1294 = irdl.base "!builtin.tensor"
      %1295 = irdl.base "!builtin.tensor"
      %1296 = irdl.base "!builtin.tensor"
      %1297 = irdl.base "!builtin.tensor"
      %1298 = irdl.base "!builtin.tensor"
      %1299 = irdl.base "!builtin.tensor"
      %1300 = irdl.base "!builtin.tensor"
      %1301 = irdl.base "!builtin.tensor"
      %1302 = irdl.base "!builtin.tensor"
      %1303 = irdl.base "!builtin.tensor"
      %1304 = irdl.base "!builtin.tensor"
      %1305 = irdl.base "!builtin.tensor"
      irdl.results(outputs_0: optional %1242, outputs_1: optional %1243, outputs_2: optional %1244, outputs_3: optional %1245, outputs_4: optional %1246, outputs_5: optional %1247, outputs_6: optional %1248, outputs_7: optional %1249, outputs_8: optional %1250, outputs_9: optional %1251, outputs_10: optional %1252, outputs_11: optional %1253, outputs_12: optional %1254, outputs_13: optional %1255, outputs_14: optional %1256, outputs_15: optional %1257, outputs_16: optional %1258, outputs_17: optional %1259, outputs_18: optional %1260, outputs_19: optional %1261, outputs_20: optional %1262, outputs_21: optional %1263, outputs_22: optional %1264, outputs_23: optional %1265, outputs_24: optional %1266, outputs_25: optional %1267, outputs_26: optional %1268, outputs_27: optional %1269, outputs_28: optional %1270, outputs_29: optional %1271, outputs_30: optional %1272, outputs_31: optional %1273, outputs_32: optional %1274, outputs_33: optional %1275, outputs_34: optional %1276, outputs_35: optional %1277, outputs_36: optional %1278, outputs_37: optional %1279, outputs_38: optional %1280, outputs_39: optional %1281, outputs_40: optional %1282, outputs_41: optional %1283, outputs_42: optional %1284, outputs_43: optional %1285, outputs_44: optional %1286, outputs_45: optional %1287, outputs_46: optional %1288, outputs_47: optional %1289, outputs_48: optional %1290, outputs_49: optional %1291, outputs_50: optional %1292, outputs_51: optional %1293, outputs_52: optional %1294, outputs_53: optional %1295, outputs_54: optional %1296, outputs_55: optional %1297, outputs_56: optional %1298, outputs_57: optional %1299, outputs_58: optional %1300, outputs_59: optional %1301, outputs_60: optional %1302, outputs_61: optional %1303, outputs_62: optional %1304, outputs_63: optional %1305)
      %1306 = irdl.region with size 1
      %1307 = irdl.region with size 1
      irdl.regions(then_body: %1306, else_body: %1307)
    }
    irdl.operation @variable {
      %1308 = irdl.base "!builtin.tensor"
      irdl.operands(init: %1308)
      %1309 = irdl.base @graph::@var
      irdl.results(result: %1309)
    }
    irdl.operation @load {
      %1310 = irdl.base @graph::@var
      irdl.operands(var: %1310)
      %1311 = irdl.base "!builtin.tensor"
      irdl.results(result: %1311)
    }
    irdl.operation @store_ {
      %1312 = irdl.base @graph::@var
      %1313 = irdl.base "!builtin.tensor"
      irdl.operands(var: %1312, value: %1313)
    }
    irdl.operation @apply_ {
      %1314 = irdl.base @graph::@var
      %1315 = irdl.base "!builtin.tensor"
      %1316 = irdl.base "!builtin.tensor"
      %1317 = irdl.base "!builtin.tensor"
      %1318 = irdl.base "!builtin.tensor"
      %1319 = irdl.base "!builtin.tensor"
      %1320 = irdl.base "!builtin.tensor"
      %1321 = irdl.base "!builtin.tensor"
      %1322 = irdl.base "!builtin.tensor"
      %1323 = irdl.base "!builtin.tensor"
      %1324 = irdl.base "!builtin.tensor"
      %1325 = irdl.base "!builtin.tensor"
      %1326 = irdl.base "!builtin.tensor"
      %1327 = irdl.base "!builtin.tensor"
      %1328 = irdl.base "!builtin.tensor"
      %1329 = irdl.base "!builtin.tensor"
      %1330 = irdl.base "!builtin.tensor"
      %1331 = irdl.base "!builtin.tensor"
      %1332 = irdl.base "!builtin.tensor"
      %1333 = irdl.base "!builtin.tensor"
      %1334 = irdl.base "!builtin.tensor"
      %1335 = irdl.base "!builtin.tensor"
      %1336 = irdl.base "!builtin.tensor"
      %1337 = irdl.base "!builtin.tensor"
      %1338 = irdl.base "!builtin.tensor"
      %1339 = irdl.base "!builtin.tensor"
      %1340 = irdl.base "!builtin.tensor"
      %1341 = irdl.base "!builtin.tensor"
      %1342 = irdl.base "!builtin.tensor"
      %1343 = irdl.base "!builtin.tensor"
      %1344 = irdl.base "!builtin.tensor"
      %1345 = irdl.base "!builtin.tensor"
      %1346 = irdl.base "!builtin.tensor"
      %1347 = irdl.base "!builtin.tensor"
      %1348 = irdl.base "!builtin.tensor"
      %1349 = irdl.base "!builtin.tensor"
      %1350 = irdl.base "!builtin.tensor"
      %1351 = irdl.base "!builtin.tensor"
      %1352 = irdl.base "!builtin.tensor"
      %1353 = irdl.base "!builtin.tensor"
      %1354 = irdl.base "!builtin.tensor"
      %1355 = irdl.base "!builtin.tensor"
      %1356 = irdl.base "!builtin.tensor"
      %1357 = irdl.base "!builtin.tensor"
      %1358 = irdl.base "!builtin.tensor"
      %1359 = irdl.base "!builtin.tensor"
      %1360 = irdl.base "!builtin.tensor"
      %1361 = irdl.base "!builtin.tensor"
      %1362 = irdl.base "!builtin.tensor"
      %1363 = irdl.base "!builtin.tensor"
      %1364 = irdl.base "!builtin.tensor"
      %1365 = irdl.base "!builtin.tensor"
      %1366 = irdl.base "!builtin.tensor"
      %1367 = irdl.base "!builtin.tensor"
      %1368 = irdl.base "!builtin.tensor"
      %1369 = irdl.base "!builtin.tensor"
      %1370 = irdl.base "!builtin.tensor"
      %1371 = irdl.base "!builtin.tensor"
      %1372 = irdl.base "!builtin.tensor"
      %1373 = irdl.base "!builtin.tensor"
      %1374 = irdl.base "!builtin.tensor"
      %1375 = irdl.base "!builtin.tensor"
      %1376 = irdl.base "!builtin.tensor"
      %1377 = irdl.base "!builtin.tensor"
      %1378 = irdl.base "!builtin.tensor"
      irdl.operands(var: %1314, inputs_0: optional %1315, inputs_1: optional %1316, inputs_2: optional %1317, inputs_3: optional %1318, inputs_4: optional %1319, inputs_5: optional %1320, inputs_6: optional %1321, inputs_7: optional %1322, inputs_8: optional %1323, inputs_9: optional %1324, inputs_10: optional %1325, inputs_11: optional %1326, inputs_12: optional %1327, inputs_13: optional %1328, inputs_14: optional %1329, inputs_15: optional %1330, inputs_16: optional %1331, inputs_17: optional %1332, inputs_18: optional %1333, inputs_19: optional %1334, inputs_20: optional %1335, inputs_21: optional %1336, inputs_22: optional %1337, inputs_23: optional %1338, inputs_24: optional %1339, inputs_25: optional %1340, inputs_26: optional %1341, inputs_27: optional %1342, inputs_28: optional %1343, inputs_29: optional %1344, inputs_30: optional %1345, inputs_31: optional %1346, inputs_32: optional %1347, inputs_33: optional %1348, inputs_34: optional %1349, inputs_35: optional %1350, inputs_36: optional %1351, inputs_37: optional %1352, inputs_38: optional %1353, inputs_39: optional %1354, inputs_40: optional %1355, inputs_41: optional %1356, inputs_42: optional %1357, inputs_43: optional %1358, inputs_44: optional %1359, inputs_45: optional %1360, inputs_46: optional %1361, inputs_47: optional %1362, inputs_48: optional %1363, inputs_49: optional %1364, inputs_50: optional %1365, inputs_51: optional %1366, inputs_52: optional %1367, inputs_53: optional %1368, inputs_54: optional %1369, inputs_55: optional %1370, inputs_56: optional %1371, inputs_57: optional %1372, inputs_58: optional %1373, inputs_59: optional %1374, inputs_60: optional %1375, inputs_61: optional %1376, inputs_62: optional %1377, inputs_63: optional %1378)
      %1379 = irdl.base "#builtin.string"
      irdl.attributes {
        "function" = %1379
      }
    }
    irdl.operation @view_slice {
      %1380 = irdl.base @graph::@var
      irdl.operands(var: %1380)
      %1381 = irdl.base @graph::@var
      irdl.results(result: %1381)
      %1382 = irdl.base "#builtin.dense_array"
      %1383 = irdl.base "#builtin.dense_array"
      irdl.attributes {
        "starts" = %1382,
        "steps" = %1383
      }
    }
    irdl.operation @view_transpose {
      %1384 = irdl.base @graph::@var
      irdl.operands(var: %1384)
      %1385 = irdl.base @graph::@var
      irdl.results(result: %1385)
      %1386 = irdl.base "#builtin.dense_array"
      irdl.attributes {
        "perm" = %1386
      }
    }
    irdl.operation @view_reshape {
      %1387 = irdl.base @graph::@var
      irdl.operands(var: %1387)
      %1388 = irdl.base @graph::@var
      irdl.results(result: %1388)
    }
    irdl.operation @view_broadcast {
      %1389 = irdl.base @graph::@var
      irdl.operands(var: %1389)
      %1390 = irdl.base @graph::@var
      irdl.results(result: %1390)
    }
  }
  irdl.dialect @engine {
    irdl.type @buf {
      %1391 = irdl.base "#builtin.dense_array"
      %1392 = irdl.any
      %1393 = irdl.base "#builtin.string"
      irdl.parameters(shape: %1391, element_type: %1392, space: %1393)
    }
    irdl.attribute @ap {
      %1394 = irdl.base "#builtin.dense_array"
      %1395 = irdl.base "#builtin.integer"
      %1396 = irdl.base "#builtin.dense_array"
      %1397 = irdl.base "#builtin.dense_array"
      irdl.parameters(partitions: %1394, offset: %1395, sizes: %1396, strides: %1397)
    }
    irdl.attribute @address {
      %1398 = irdl.base "#builtin.integer"
      irdl.parameters(offset: %1398)
    }
    irdl.attribute @wait {
      %1399 = irdl.base "#builtin.string"
      %1400 = irdl.base "#builtin.integer"
      %1401 = irdl.base "#builtin.integer"
      irdl.parameters(semaphore: %1399, value: %1400, bits: %1401)
    }
    irdl.attribute @signal {
      %1402 = irdl.base "#builtin.string"
      %1403 = irdl.base "#builtin.string"
      irdl.parameters(semaphore: %1402, point: %1403)
    }
    irdl.attribute @vc {
      %1404 = irdl.base "#builtin.dictionary"
      irdl.parameters(known: %1404)
    }
    irdl.operation @program {
      %1405 = irdl.base "#builtin.string"
      %1406 = irdl.base "#builtin.string"
      irdl.attributes {
        "sym_name" = %1405,
        "target" = %1406
      }
      %1407 = irdl.region with size 1
      irdl.regions(body: %1407)
    }
    irdl.operation @end
    irdl.operation @buffer {
      %1408 = irdl.base @engine::@buf
      irdl.results(result: %1408)
      %1409 = irdl.base "#builtin.string"
      %1410 = irdl.base "#builtin.string"
      irdl.attributes {
        "symbol" = %1409,
        "role" = %1410
      }
    }
    irdl.operation @dma_copy {
      %1411 = irdl.base @engine::@buf
      %1412 = irdl.base @engine::@buf
      irdl.operands(source: %1411, destination: %1412)
      %1413 = irdl.base @engine::@ap
      %1414 = irdl.base @engine::@ap
      %1415 = irdl.base "#builtin.string"
      irdl.attributes {
        "source_ap" = %1413,
        "destination_ap" = %1414,
        "lane" = %1415
      }
    }
    irdl.operation @dma_gather {
      %1416 = irdl.base @engine::@buf
      %1417 = irdl.base @engine::@buf
      %1418 = irdl.base @engine::@buf
      irdl.operands(index: %1416, source: %1417, destination: %1418)
      %1419 = irdl.base @engine::@ap
      %1420 = irdl.base @engine::@ap
      %1421 = irdl.base @engine::@ap
      %1422 = irdl.base "#builtin.string"
      irdl.attributes {
        "index_ap" = %1419,
        "source_ap" = %1420,
        "destination_ap" = %1421,
        "lane" = %1422
      }
    }
    irdl.operation @dma_scatter {
      %1423 = irdl.base @engine::@buf
      %1424 = irdl.base @engine::@buf
      %1425 = irdl.base @engine::@buf
      irdl.operands(index: %1423, source: %1424, destination: %1425)
      %1426 = irdl.base "#builtin.string"
      %1427 = irdl.base @engine::@ap
      %1428 = irdl.base @engine::@ap
      %1429 = irdl.base @engine::@ap
      %1430 = irdl.base "#builtin.string"
      irdl.attributes {
        "op" = %1426,
        "index_ap" = %1427,
        "source_ap" = %1428,
        "destination_ap" = %1429,
        "lane" = %1430
      }
    }
    irdl.operation @matmul {
      %1431 = irdl.base @engine::@buf
      %1432 = irdl.base @engine::@buf
      %1433 = irdl.base @engine::@buf
      irdl.operands(stationary: %1431, moving: %1432, out: %1433)
      %1434 = irdl.base "#builtin.integer"
      %1435 = irdl.base "#builtin.dense_array"
      %1436 = irdl.base "#builtin.dense_array"
      %1437 = irdl.base "#builtin.dense_array"
      %1438 = irdl.base "#builtin.dense_array"
      %1439 = irdl.base "#builtin.dense_array"
      %1440 = irdl.base "#builtin.dense_array"
      %1441 = irdl.base "#builtin.integer"
      %1442 = irdl.base "#builtin.integer"
      %1443 = irdl.base "#builtin.integer"
      %1444 = irdl.base "#builtin.integer"
      %1445 = irdl.base "#builtin.string"
      irdl.attributes {
        "m" = %1434,
        "step_rows" = %1435,
        "step_partitions" = %1436,
        "stationary_offsets" = %1437,
        "moving_offsets" = %1438,
        "moving_sizes" = %1439,
        "moving_strides" = %1440,
        "n_block" = %1441,
        "out_offset" = %1442,
        "out_m_stride" = %1443,
        "out_n_stride" = %1444,
        "lane" = %1445
      }
    }
    irdl.operation @activate {
      %1446 = irdl.base @engine::@buf
      %1447 = irdl.base @engine::@buf
      %1448 = irdl.base @engine::@buf
      irdl.operands(source: %1446, out: %1447, bias: optional %1448)
      %1449 = irdl.base "#builtin.string"
      %1450 = irdl.base "#builtin.float"
      %1451 = irdl.base "#builtin.float"
      %1452 = irdl.base @engine::@ap
      %1453 = irdl.base @engine::@ap
      %1454 = irdl.base "#builtin.string"
      irdl.attributes {
        "func" = %1449,
        "scale" = %1450,
        "bias_value" = %1451,
        "source_ap" = %1452,
        "out_ap" = %1453,
        "lane" = %1454
      }
    }
    irdl.operation @tensor_tensor {
      %1455 = irdl.base @engine::@buf
      %1456 = irdl.base @engine::@buf
      %1457 = irdl.base @engine::@buf
      irdl.operands(lhs: %1455, rhs: %1456, out: %1457)
      %1458 = irdl.base "#builtin.string"
      %1459 = irdl.base @engine::@ap
      %1460 = irdl.base @engine::@ap
      %1461 = irdl.base @engine::@ap
      %1462 = irdl.base "#builtin.string"
      irdl.attributes {
        "op" = %1458,
        "lhs_ap" = %1459,
        "rhs_ap" = %1460,
        "out_ap" = %1461,
        "lane" = %1462
      }
    }
    irdl.operation @tensor_scalar {
      %1463 = irdl.base @engine::@buf
      %1464 = irdl.base @engine::@buf
      irdl.operands(source: %1463, out: %1464)
      %1465 = irdl.base "#builtin.string"
      %1466 = irdl.base "#builtin.string"
      %1467 = irdl.base "#builtin.float"
      %1468 = irdl.base "#builtin.float"
      %1469 = irdl.base @engine::@ap
      %1470 = irdl.base @engine::@ap
      %1471 = irdl.base "#builtin.string"
      irdl.attributes {
        "op0" = %1465,
        "op1" = %1466,
        "value0" = %1467,
        "value1" = %1468,
        "source_ap" = %1469,
        "out_ap" = %1470,
        "lane" = %1471
      }
    }
    irdl.operation @scalar_tensor_tensor {
      %1472 = irdl.base @engine::@buf
      %1473 = irdl.base @engine::@buf
      %1474 = irdl.base @engine::@buf
      %1475 = irdl.base @engine::@buf
      irdl.operands(lhs: %1472, scalar: %1473, rhs: %1474, out: %1475)
      %1476 = irdl.base "#builtin.string"
      %1477 = irdl.base "#builtin.string"
      %1478 = irdl.base @engine::@ap
      %1479 = irdl.base @engine::@ap
      %1480 = irdl.base @engine::@ap
      %1481 = irdl.base @engine::@ap
      %1482 = irdl.base "#builtin.string"
      irdl.attributes {
        "op0" = %1476,
        "op1" = %1477,
        "lhs_ap" = %1478,
        "scalar_ap" = %1479,
        "rhs_ap" = %1480,
        "out_ap" = %1481,
        "lane" = %1482
      }
    }
    irdl.operation @reduce {
      %1483 = irdl.base @engine::@buf
      %1484 = irdl.base @engine::@buf
      irdl.operands(source: %1483, out: %1484)
      %1485 = irdl.base "#builtin.string"
      %1486 = irdl.base "#builtin.integer"
      %1487 = irdl.base @engine::@ap
      %1488 = irdl.base @engine::@ap
      %1489 = irdl.base "#builtin.string"
      irdl.attributes {
        "op" = %1485,
        "axes" = %1486,
        "source_ap" = %1487,
        "out_ap" = %1488,
        "lane" = %1489
      }
    }
    irdl.operation @partition_reduce {
      %1490 = irdl.base @engine::@buf
      %1491 = irdl.base @engine::@buf
      irdl.operands(source: %1490, out: %1491)
      %1492 = irdl.base "#builtin.string"
      %1493 = irdl.base @engine::@ap
      %1494 = irdl.base @engine::@ap
      %1495 = irdl.base "#builtin.string"
      irdl.attributes {
        "op" = %1492,
        "source_ap" = %1493,
        "out_ap" = %1494,
        "lane" = %1495
      }
    }
    irdl.operation @copy {
      %1496 = irdl.base @engine::@buf
      %1497 = irdl.base @engine::@buf
      irdl.operands(source: %1496, out: %1497)
      %1498 = irdl.base @engine::@ap
      %1499 = irdl.base @engine::@ap
      %1500 = irdl.base "#builtin.string"
      irdl.attributes {
        "source_ap" = %1498,
        "out_ap" = %1499,
        "lane" = %1500
      }
    }
    irdl.operation @select {
      %1501 = irdl.base @engine::@buf
      %1502 = irdl.base @engine::@buf
      %1503 = irdl.base @engine::@buf
      irdl.operands(source: %1501, predicate: %1502, out: %1503)
      %1504 = irdl.base @engine::@ap
      %1505 = irdl.base @engine::@ap
      %1506 = irdl.base @engine::@ap
      %1507 = irdl.base "#builtin.string"
      irdl.attributes {
        "source_ap" = %1504,
        "predicate_ap" = %1505,
        "out_ap" = %1506,
        "lane" = %1507
      }
    }
    irdl.operation @memset {
      %1508 = irdl.base @engine::@buf
      irdl.operands(out: %1508)
      %1509 = irdl.base "#builtin.float"
      %1510 = irdl.base @engine::@ap
      %1511 = irdl.base "#builtin.string"
      irdl.attributes {
        "value" = %1509,
        "out_ap" = %1510,
        "lane" = %1511
      }
    }
    irdl.operation @custom {
      %1512 = irdl.base @engine::@buf
      %1513 = irdl.base @engine::@buf
      %1514 = irdl.base @engine::@buf
      irdl.operands(source: %1512, out: %1513, other: optional %1514)
      %1515 = irdl.base "#builtin.string"
      %1516 = irdl.base "#builtin.array"
      %1517 = irdl.base @engine::@ap
      %1518 = irdl.base @engine::@ap
      %1519 = irdl.base "#builtin.string"
      irdl.attributes {
        "instruction" = %1515,
        "immediates" = %1516,
        "source_ap" = %1517,
        "out_ap" = %1518,
        "lane" = %1519
      }
    }
    irdl.operation @delay {
      %1520 = irdl.base "#builtin.string"
      %1521 = irdl.base "#builtin.integer"
      %1522 = irdl.base "#builtin.integer"
      %1523 = irdl.base "#builtin.string"
      irdl.attributes {
        "slot" = %1520,
        "default" = %1521,
        "maximum" = %1522,
        "lane" = %1523
      }
    }
  }
  irdl.dialect @tile {
    irdl.attribute @order {
      %1524 = irdl.base "#builtin.string"
      %1525 = irdl.base "#builtin.integer"
      %1526 = irdl.base "#builtin.integer"
      irdl.parameters(strategy: %1524, switch: %1525, panel: %1526)
    }
    irdl.operation @matmul {
      %1527 = irdl.base @engine::@buf
      %1528 = irdl.base @engine::@buf
      %1529 = irdl.base @engine::@buf
      irdl.operands(stationary: %1527, moving: %1528, out: %1529)
      %1530 = irdl.base "#builtin.dense_array"
      %1531 = irdl.base "#builtin.dense_array"
      %1532 = irdl.base @tile::@order
      %1533 = irdl.base "#builtin.integer"
      %1534 = irdl.base "#builtin.dense_array"
      %1535 = irdl.base "#builtin.dense_array"
      %1536 = irdl.base "#builtin.dense_array"
      %1537 = irdl.base "#builtin.dense_array"
      %1538 = irdl.base "#builtin.dense_array"
      %1539 = irdl.base "#builtin.dense_array"
      %1540 = irdl.base "#builtin.integer"
      %1541 = irdl.base "#builtin.integer"
      %1542 = irdl.base "#builtin.integer"
      %1543 = irdl.base "#builtin.integer"
      %1544 = irdl.base "#builtin.string"
      irdl.attributes {
        "grid" = %1530,
        "block" = %1531,
        "order" = %1532,
        "m" = %1533,
        "step_rows" = %1534,
        "step_partitions" = %1535,
        "stationary_offsets" = %1536,
        "moving_offsets" = %1537,
        "moving_sizes" = %1538,
        "moving_strides" = %1539,
        "n_block" = %1540,
        "out_offset" = %1541,
        "out_m_stride" = %1542,
        "out_n_stride" = %1543,
        "lane" = %1544
      }
    }
    irdl.operation @activate {
      %1545 = irdl.base @engine::@buf
      %1546 = irdl.base @engine::@buf
      %1547 = irdl.base @engine::@buf
      irdl.operands(source: %1545, out: %1546, bias: optional %1547)
      %1548 = irdl.base "#builtin.string"
      %1549 = irdl.base "#builtin.float"
      %1550 = irdl.base "#builtin.float"
      %1551 = irdl.base @engine::@ap
      %1552 = irdl.base @engine::@ap
      %1553 = irdl.base "#builtin.integer"
      %1554 = irdl.base "#builtin.string"
      irdl.attributes {
        "func" = %1548,
        "scale" = %1549,
        "bias_value" = %1550,
        "source_ap" = %1551,
        "out_ap" = %1552,
        "blocks" = %1553,
        "lane" = %1554
      }
    }
    irdl.operation @tensor_tensor {
      %1555 = irdl.base @engine::@buf
      %1556 = irdl.base @engine::@buf
      %1557 = irdl.base @engine::@buf
      irdl.operands(lhs: %1555, rhs: %1556, out: %1557)
      %1558 = irdl.base "#builtin.string"
      %1559 = irdl.base @engine::@ap
      %1560 = irdl.base @engine::@ap
      %1561 = irdl.base @engine::@ap
      %1562 = irdl.base "#builtin.integer"
      %1563 = irdl.base "#builtin.string"
      irdl.attributes {
        "op" = %1558,
        "lhs_ap" = %1559,
        "rhs_ap" = %1560,
        "out_ap" = %1561,
        "blocks" = %1562,
        "lane" = %1563
      }
    }
    irdl.operation @tensor_scalar {
      %1564 = irdl.base @engine::@buf
      %1565 = irdl.base @engine::@buf
      irdl.operands(source: %1564, out: %1565)
      %1566 = irdl.base "#builtin.string"
      %1567 = irdl.base "#builtin.string"
      %1568 = irdl.base "#builtin.float"
      %1569 = irdl.base "#builtin.float"
      %1570 = irdl.base @engine::@ap
      %1571 = irdl.base @engine::@ap
      %1572 = irdl.base "#builtin.integer"
      %1573 = irdl.base "#builtin.string"
      irdl.attributes {
        "op0" = %1566,
        "op1" = %1567,
        "value0" = %1568,
        "value1" = %1569,
        "source_ap" = %1570,
        "out_ap" = %1571,
        "blocks" = %1572,
        "lane" = %1573
      }
    }
    irdl.operation @scalar_tensor_tensor {
      %1574 = irdl.base @engine::@buf
      %1575 = irdl.base @engine::@buf
      %1576 = irdl.base @engine::@buf
      %1577 = irdl.base @engine::@buf
      irdl.operands(lhs: %1574, scalar: %1575, rhs: %1576, out: %1577)
      %1578 = irdl.base "#builtin.string"
      %1579 = irdl.base "#builtin.string"
      %1580 = irdl.base @engine::@ap
      %1581 = irdl.base @engine::@ap
      %1582 = irdl.base @engine::@ap
      %1583 = irdl.base @engine::@ap
      %1584 = irdl.base "#builtin.integer"
      %1585 = irdl.base "#builtin.string"
      irdl.attributes {
        "op0" = %1578,
        "op1" = %1579,
        "lhs_ap" = %1580,
        "scalar_ap" = %1581,
        "rhs_ap" = %1582,
        "out_ap" = %1583,
        "blocks" = %1584,
        "lane" = %1585
      }
    }
    irdl.operation @reduce {
      %1586 = irdl.base @engine::@buf
      %1587 = irdl.base @engine::@buf
      irdl.operands(source: %1586, out: %1587)
      %1588 = irdl.base "#builtin.string"
      %1589 = irdl.base "#builtin.integer"
      %1590 = irdl.base @engine::@ap
      %1591 = irdl.base @engine::@ap
      %1592 = irdl.base "#builtin.integer"
      %1593 = irdl.base "#builtin.string"
      irdl.attributes {
        "op" = %1588,
        "axes" = %1589,
        "source_ap" = %1590,
        "out_ap" = %1591,
        "blocks" = %1592,
        "lane" = %1593
      }
    }
    irdl.operation @copy {
      %1594 = irdl.base @engine::@buf
      %1595 = irdl.base @engine::@buf
      irdl.operands(source: %1594, out: %1595)
      %1596 = irdl.base @engine::@ap
      %1597 = irdl.base @engine::@ap
      %1598 = irdl.base "#builtin.integer"
      %1599 = irdl.base "#builtin.string"
      irdl.attributes {
        "source_ap" = %1596,
        "out_ap" = %1597,
        "blocks" = %1598,
        "lane" = %1599
      }
    }
    irdl.operation @select {
      %1600 = irdl.base @engine::@buf
      %1601 = irdl.base @engine::@buf
      %1602 = irdl.base @engine::@buf
      irdl.operands(source: %1600, predicate: %1601, out: %1602)
      %1603 = irdl.base @engine::@ap
      %1604 = irdl.base @engine::@ap
      %1605 = irdl.base @engine::@ap
      %1606 = irdl.base "#builtin.integer"
      %1607 = irdl.base "#builtin.string"
      irdl.attributes {
        "source_ap" = %1603,
        "predicate_ap" = %1604,
        "out_ap" = %1605,
        "blocks" = %1606,
        "lane" = %1607
      }
    }
    irdl.operation @custom {
      %1608 = irdl.base @engine::@buf
      %1609 = irdl.base @engine::@buf
      %1610 = irdl.base @engine::@buf
      irdl.operands(source: %1608, out: %1609, other: optional %1610)
      %1611 = irdl.base "#builtin.string"
      %1612 = irdl.base "#builtin.array"
      %1613 = irdl.base @engine::@ap
      %1614 = irdl.base @engine::@ap
      %1615 = irdl.base "#builtin.integer"
      %1616 = irdl.base "#builtin.string"
      irdl.attributes {
        "instruction" = %1611,
        "immediates" = %1612,
        "source_ap" = %1613,
        "out_ap" = %1614,
        "blocks" = %1615,
        "lane" = %1616
      }
    }
    irdl.operation @dma_copy {
      %1617 = irdl.base @engine::@buf
      %1618 = irdl.base @engine::@buf
      irdl.operands(source: %1617, destination: %1618)
      %1619 = irdl.base "#builtin.dense_array"
      %1620 = irdl.base @engine::@ap
      %1621 = irdl.base @engine::@ap
      %1622 = irdl.base "#builtin.integer"
      %1623 = irdl.base "#builtin.string"
      irdl.attributes {
        "along" = %1619,
        "source_ap" = %1620,
        "destination_ap" = %1621,
        "blocks" = %1622,
        "lane" = %1623
      }
    }
  }
}
